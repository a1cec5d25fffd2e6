// The C11 threads of librdkafka, over POSIX threads. ThreadSanitizer intercepts the latter only: to it a thread of `thrd_create` does not
// exist, and it ends at the first access of memory there. glibc's own are the same calls on the same objects.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

struct start {
  thrd_start_t function;
  void* argument;
};

void* run(void* given) {
  const std::unique_ptr<start> what(static_cast<start*>(given));
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(what->function(what->argument)));
}

int result(int error) noexcept {
  switch (error) {
    case 0: return thrd_success;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    case EBUSY: return thrd_busy;
    default: return thrd_error;
  }
}

pthread_mutex_t* posix(mtx_t* of) noexcept { return reinterpret_cast<pthread_mutex_t*>(of); }
pthread_cond_t* posix(cnd_t* of) noexcept { return reinterpret_cast<pthread_cond_t*>(of); }

}  // namespace

extern "C" {

int thrd_create(thrd_t* made, thrd_start_t function, void* argument) {
  auto what = std::make_unique<start>(start{function, argument});
  const int error = pthread_create(made, nullptr, run, what.get());
  if (error == 0) (void)what.release();
  return result(error);
}

int thrd_join(thrd_t of, int* returned) {
  void* value = nullptr;
  const int error = pthread_join(of, &value);
  if (error == 0 && returned) *returned = static_cast<int>(reinterpret_cast<std::intptr_t>(value));
  return result(error);
}

int mtx_init(mtx_t* made, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, (type & mtx_recursive) ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int error = pthread_mutex_init(posix(made), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return result(error);
}

void mtx_destroy(mtx_t* of) { pthread_mutex_destroy(posix(of)); }
int mtx_lock(mtx_t* of) { return result(pthread_mutex_lock(posix(of))); }
int mtx_unlock(mtx_t* of) { return result(pthread_mutex_unlock(posix(of))); }

int cnd_init(cnd_t* made) { return result(pthread_cond_init(posix(made), nullptr)); }
void cnd_destroy(cnd_t* of) { pthread_cond_destroy(posix(of)); }
int cnd_signal(cnd_t* of) { return result(pthread_cond_signal(posix(of))); }
int cnd_broadcast(cnd_t* of) { return result(pthread_cond_broadcast(posix(of))); }
int cnd_wait(cnd_t* of, mtx_t* held) { return result(pthread_cond_wait(posix(of), posix(held))); }
int cnd_timedwait(cnd_t* of, mtx_t* held, const timespec* until) { return result(pthread_cond_timedwait(posix(of), posix(held), until)); }

}  // extern "C"
