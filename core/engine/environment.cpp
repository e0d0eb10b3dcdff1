#include <core/engine/environment.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace lpntk::engine {

namespace {

std::atomic<bool> kept = false;

/// OpenBLAS chooses its code by processor family and knows no recent one of AMD's: it falls back to AVX2, which is half
/// as fast. What matters is the instruction set.
bool hasAvx512() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

/// Signals are for the threads that wait for them: one that begins with all blocked takes none.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &m_before);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }

private:
    sigset_t m_before{};
};

/// Hands freed memory back on a thread with the priority of the first caller. The allocator's lock of every thread is
/// held in turn, the window's too: a job, whose priority is lower, may be put aside in that moment, and the window
/// would wait for all other jobs.
class MemoryReturner {
public:
    void operator()() {
        std::unique_lock lock(m_mutex);
        const std::uint64_t mine = ++m_asked;
        m_changed.notify_all();
        m_changed.wait(lock, [&] { return m_done >= mine; });
    }

private:
    std::jthread begin() {
        const SignalsBlocked blocked;
        return std::jthread([this](const std::stop_token& stop) { work(stop); });
    }
    void work(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (m_changed.wait(lock, stop, [this] { return m_done < m_asked; })) {
            const std::uint64_t asked = m_asked;
            lock.unlock();
#ifdef __GLIBC__
            ::malloc_trim(0);
#endif
            lock.lock();
            m_done = asked;
            m_changed.notify_all();
        }
    }

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::uint64_t m_asked = 0;
    std::uint64_t m_done = 0;
    std::jthread m_thread = begin(); ///< the last member: it uses the others
};

MemoryReturner& memoryReturner() {
    static MemoryReturner returner;
    return returner;
}

void prepareOnce() {
    // OpenMP threads that spin at barriers made two-thread runs 3 to 26 times slower beside one busy process. Read by
    // libgomp when it is loaded; what the user has set stays.
    constexpr int kKeep = 0;
    ::setenv("OMP_WAIT_POLICY", "passive", kKeep);
    ::setenv("GOMP_SPINCOUNT", "0", kKeep);
    // Read when OpenBLAS is opened. The copy is this program's own, so what was set for others does not bind it; every
    // worker multiplies on its own.
    constexpr int kReplace = 1;
    ::setenv("OPENBLAS_NUM_THREADS", "1", kReplace);
    if (hasAvx512())
        ::setenv("OPENBLAS_CORETYPE", "SkylakeX", kReplace);
    memoryReturner();
}

} // namespace

void prepareEnvironment() {
    static std::once_flag once;
    std::call_once(once, prepareOnce);
}

void keepTensorMemory() {
#ifdef __GLIBC__
    constexpr int kGigabyte = 1 << 30;
    ::mallopt(M_MMAP_THRESHOLD, kGigabyte);
    ::mallopt(M_TRIM_THRESHOLD, kGigabyte);
#endif
}

void keepMemory() {
    kept = true;
#ifdef __GLIBC__
    ::mallopt(M_MMAP_MAX, 0);
    ::mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

void returnMemory() {
    if (!kept)
        memoryReturner()();
}

std::int64_t keptMemory() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    if (kept)
        return static_cast<std::int64_t>(::mallinfo2().fordblks);
#endif
    return 0;
}

} // namespace lpntk::engine
