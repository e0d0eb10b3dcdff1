#include <core/kernel/device.h>

#include <core/kernel/device_cpu.h>

#include <ATen/Parallel.h>

namespace lpntk::kernel {

gradient::SignalComputer::Grade gradeOf(run::Precision precision) {
    using Grade = gradient::SignalComputer::Grade;
    switch (precision) {
    case run::Precision::fp64:
        return Grade::float64;
    case run::Precision::fp32:
    case run::Precision::fp16x3:
        return Grade::float32;
    case run::Precision::fp16:
    case run::Precision::tf32:
        return Grade::rough;
    }
    return Grade::float32;
}

std::unique_ptr<Device> makeDevice(const std::string& name, const Arithmetic& arithmetic,
                                   const std::vector<gradient::SignalLayer>& layers) {
    if (name == "cpu")
        return makeProcessorDevice(arithmetic, layers);
    return makeTensorDevice(name, arithmetic, layers);
}

OneThread::OneThread() : m_before(at::get_num_threads()) { at::set_num_threads(1); }
OneThread::~OneThread() { at::set_num_threads(m_before); }

} // namespace lpntk::kernel
