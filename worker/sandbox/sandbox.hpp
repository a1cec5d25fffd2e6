#pragma once

/// The whole of the sandbox: `sandbox_state`, plain code that answers as the five providers do, and `server`, which puts it on a port.
///
///     sandbox::options settings;                                    // what is answered and what goes wrong
///     if (const auto set = sandbox::set_faults(settings, json); !set) …   // faults from JSON, as on PUT /_sandbox/faults
///     boost::asio::io_context context{1};
///     sandbox::server server(context, settings);
///     const auto port = server.listen("127.0.0.1", 0);              // or with tls_files
///     context.run();                                                // until server.stop()
#include "sandbox/options.hpp"
#include "sandbox/server.hpp"
#include "sandbox/state.hpp"
