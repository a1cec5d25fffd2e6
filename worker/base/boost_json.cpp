// The parts of Boost.JSON that are compiled once for the whole program.
#include <boost/json/src.hpp>
