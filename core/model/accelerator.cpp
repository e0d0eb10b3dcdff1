#include <core/model/accelerator_torch.h>

#include <core/base/error.h>
#include <core/base/text.h>

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/DeviceAccelerator.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <mutex>
#include <optional>

#include <dlfcn.h>

namespace lpntk::model {

namespace {

std::string lastLoadError() {
    const char* const text = ::dlerror();
    return text ? text : "unknown error";
}

/// Number after "cuda:", 0 for "cuda".
std::optional<int> cudaIndex(const std::string& name) {
    const std::string prefix = "cuda";
    if (name == prefix)
        return 0;
    if (name.rfind(prefix + ":", 0) != 0)
        return std::nullopt;
    int index = -1;
    const char *const begin = name.data() + prefix.size() + 1, *const end = name.data() + name.size();
    const auto [stop, problem] = std::from_chars(begin, end, index);
    return problem == std::errc() && stop == end && index >= 0 ? std::optional(index) : std::nullopt;
}

/// Asked of the driver, which is there: libtorch's own answer needs headers of the CUDA toolkit.
std::string cardName(int index) {
    constexpr int kLength = 100;
    std::array<char, kLength> name{};
    void* const driver = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    using GetDevice = int (*)(int*, int);
    using GetName = int (*)(char*, int, int);
    const auto getDevice = reinterpret_cast<GetDevice>(::dlsym(driver, "cuDeviceGet"));
    const auto getName = reinterpret_cast<GetName>(::dlsym(driver, "cuDeviceGetName"));
    int device = 0;
    if (!getDevice || !getName || getDevice(&device, index) != 0 || getName(name.data(), kLength, device) != 0)
        return fmt::format("CUDA device {}", index);
    return name.data();
}

/// libtorch keeps what it finds out about CUDA when first asked, so nothing may ask before its library is there.
void loadCuda() {
    if (!::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL))
        throw base::OptionError(fmt::format("--device cuda: there is no NVIDIA driver here ({}). Install one, or use "
                                            "--device cpu",
                                            lastLoadError()));
    if (!::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL))
        throw base::OptionError(fmt::format("--device cuda: libtorch's CUDA part is not installed ({}). Run "
                                            "packaging/setup.sh --cuda, or use --device cpu",
                                            lastLoadError()));
    at::Context& context = at::globalContext();
    try {
        context.lazyInitDevice(at::kCUDA);
    } catch (const c10::Error& problem) {
        throw base::OptionError(fmt::format("--device cuda: the card cannot be used: {}", problem.what_without_backtrace()));
    }
    // Rounded inputs and half-precision sums only where a precision mode asks for them.
    context.setAllowTF32CuBLAS(false);
    context.setAllowTF32CuDNN(false);
    context.setAllowFP16ReductionCuBLAS(/*allow_reduced_precision=*/false, /*allow_splitk=*/false);
    context.setDeterministicCuDNN(true);
    context.setBenchmarkCuDNN(false);
}

} // namespace

c10::Device openDevice(const std::string& name) {
    if (name == "cpu")
        return c10::Device(at::kCPU);
    const std::optional<int> index = cudaIndex(name);
    if (!index)
        throw base::OptionError(fmt::format("--device \"{}\" is not known; it can be: cpu, cuda, cuda:0, cuda:1, ...", name));
    static std::mutex lock;
    static bool loaded = false;
    {
        const std::lock_guard guard(lock);
        if (!loaded)
            loadCuda();
        loaded = true;
    }
    const int count = at::accelerator::deviceCount();
    if (*index >= count)
        throw base::OptionError(fmt::format("--device {}: there {} {} CUDA device{} here", name, count == 1 ? "is" : "are",
                                            count, count == 1 ? "" : "s"));
    return {at::kCUDA, static_cast<c10::DeviceIndex>(*index)};
}

std::string namedDevices(const std::string& name) {
    if (name != "cuda:all")
        return name;
    openDevice("cuda");
    std::string names = "cuda:0";
    for (int index = 1; index < at::accelerator::deviceCount(); ++index)
        names += fmt::format(",cuda:{}", index);
    return names;
}

std::string describeDevice(c10::Device device) {
    if (device.is_cpu())
        return fmt::format("processor, {}", at::get_cpu_capability());
    const auto [free, total] = at::accelerator::getMemoryInfo(device.index());
    return fmt::format("{}, {} of memory, {} free", cardName(device.index()), base::formatBytes(static_cast<double>(total)),
                       base::formatBytes(static_cast<double>(free)));
}

std::int64_t freeDeviceMemory(c10::Device device) {
    return static_cast<std::int64_t>(at::accelerator::getMemoryInfo(device.index()).first);
}

void waitFor(c10::Device device) {
    if (!device.is_cpu())
        at::accelerator::synchronizeDevice(device.index());
}

} // namespace lpntk::model
