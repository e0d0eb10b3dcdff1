#include <core/run/devices.h>

#include <core/base/error.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::run {

std::vector<std::string> devicesOf(const std::string& device) {
    std::vector<std::string> devices;
    std::size_t begin = 0;
    while (begin <= device.size()) {
        const std::size_t end = std::min(device.find(',', begin), device.size());
        devices.push_back(device.substr(begin, end - begin));
        begin = end + 1;
    }
    return devices;
}

void checkDevices(const std::string& device) {
    const std::vector<std::string> devices = devicesOf(device);
    for (const std::string& name : devices) {
        if (name != "cpu" && name != "cuda" && name.rfind("cuda:", 0) != 0)
            throw base::OptionError(fmt::format(
                "--device \"{}\" is not known; it can be: cpu, cuda, cuda:0, cuda:1, ..., cuda:all, or several cards with commas",
                name));
        if (devices.size() > 1 && (name == "cpu" || std::count(devices.begin(), devices.end(), name) > 1))
            throw base::OptionError(fmt::format("--device {}: several devices must be different graphics cards, for example "
                                                "cuda:0,cuda:1",
                                                device));
    }
}

} // namespace lpntk::run
