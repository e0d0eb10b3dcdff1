#include <core/gradient/memory_meter_torch.h>

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <memory>

namespace lpntk::gradient {

namespace {

/// Counts what the allocator reports on this thread.
class Meter : public c10::MemoryReportingInfoBase {
public:
    void reportMemoryUsage(void*, std::int64_t size, std::size_t, std::size_t, c10::Device) override {
        m_held += size; // negative when memory is given back
        m_peak = std::max(m_peak, m_held);
    }
    bool memoryProfilingEnabled() const override { return true; }
    std::int64_t peak() const { return m_peak; }

private:
    std::int64_t m_held = 0;
    std::int64_t m_peak = 0;
};

} // namespace

std::int64_t peakBytes(const std::function<void()>& work) {
    const auto meter = std::make_shared<Meter>();
    const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, meter);
    work();
    return meter->peak();
}

} // namespace lpntk::gradient
