#include <core/kernel/held_samples.h>

#include <core/kernel/held_signals.h>
#include <core/kernel/prepared.h>
#include <core/model/accelerator_torch.h>
#include <core/run/devices.h>

#include <utility>

namespace lpntk::kernel {

namespace {

class NetworkSamples : public engine::HeldSamples {
public:
    NetworkSamples(const engine::KernelRequest& request, const base::JobContext& context)
        : m_prepared(request, context), m_info(m_prepared.info()),
          m_held(*m_prepared.source, m_prepared.rows,
                 planHold(*m_prepared.source, static_cast<std::int64_t>(m_prepared.rows.samples.size()),
                          m_prepared.options),
                 context) {}

    const engine::NetworkInfo& network() const override { return m_info; }
    std::span<const std::int64_t> samples() const override { return m_held.rows().samples; }
    std::span<const std::int64_t> labels() const override { return m_held.rows().labels; }
    std::span<const float> diagonal() const override { return m_held.diagonal(); }

    std::vector<std::string> layers() const override {
        std::vector<std::string> names;
        for (const gradient::SignalLayer& layer : m_prepared.source->layers())
            names.push_back(layer.name);
        return names;
    }

    void kappa(std::span<const std::int64_t> members, run::RowRange with, std::span<float> out,
               const base::JobContext& context) override {
        asErrors([&] { m_held.kappa(members, with, out, context); });
    }

    void kappaByLayer(std::span<const std::int64_t> members, std::span<float> out,
                      const base::JobContext& context) override {
        asErrors([&] { m_held.kappaByLayer(members, out, context); });
    }

private:
    /// As translated(), but what was freed stays with the process: questions are many and short.
    template <typename Work> void asErrors(const Work& work) const {
        try {
            work();
        } catch (const base::Error&) {
            throw;
        } catch (const base::Cancelled&) {
            throw;
        } catch (...) {
            throwTranslated(m_prepared.options);
        }
    }

    Prepared m_prepared;
    engine::NetworkInfo m_info;
    HeldSignals m_held;
};

} // namespace

std::unique_ptr<engine::HeldSamples> holdSamples(const engine::KernelRequest& request,
                                                 const base::JobContext& context) {
    return translated(request.options, [&]() -> std::unique_ptr<engine::HeldSamples> {
        engine::KernelRequest own = request;
        own.options.check();
        // One card: the others would each need all signals too.
        own.options.device = run::devicesOf(model::namedDevices(request.options.device)).front();
        return std::make_unique<NetworkSamples>(own, context);
    });
}

} // namespace lpntk::kernel
