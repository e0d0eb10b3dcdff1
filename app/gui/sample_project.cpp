#include "sample_project.h"

#include "file_actions.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace lpntk::gui {

namespace {

constexpr int kPerClass = 150;

QString findData() {
    const QString named = qEnvironmentVariable("LPNTK_FASHION_MNIST");
    const QString folder = !named.isEmpty() ? named
                                            : QStandardPaths::locate(QStandardPaths::GenericDataLocation, QStringLiteral("datasets/fashion-mnist"),
                                                                     QStandardPaths::LocateDirectory);
    return !folder.isEmpty() && QFileInfo::exists(folder + QStringLiteral("/train-images-idx3-ubyte.gz")) ? folder : QString();
}

/// Beside the program when it is installed or run from its build folder, else where the system keeps shared data.
QString findWeights() {
    const QString name = QStringLiteral("checkpoints/lenet5-fashion-mnist.safetensors");
    const QDir program(QCoreApplication::applicationDirPath());
    for (const QString& folder : {QStringLiteral("../share/lpntk-explorer/"), QStringLiteral("../../../resources/"), QStringLiteral("../../resources/")}) {
        const QString path = QDir::cleanPath(program.filePath(folder + name));
        if (QFileInfo::exists(path))
            return path;
    }
    return QStandardPaths::locate(QStandardPaths::GenericDataLocation, QStringLiteral("lpntk-explorer/") + name);
}

} // namespace

std::optional<SampleProject> SampleProject::find() {
    SampleProject sample{findData(), findWeights(), defaultRunFolder() + QStringLiteral("/fashion-demo")};
    if (sample.data.isEmpty() || sample.weights.isEmpty())
        return std::nullopt;
    return sample;
}

void SampleProject::open(models::Session& session, const Settings& settings) const {
    const engine::NetworkSpec network{"lenet5", weights.toStdString(), 0};
    const bool unfinished = run::isUnfinished(run.toStdString());
    if (!unfinished && QFileInfo::exists(run + QStringLiteral("/manifest.json"))) {
        session.openCheckpoint(network);
        session.openRun(run.toStdString());
        return;
    }
    using Data = std::shared_ptr<const data::Dataset>;
    session.openData(data);
    session.openCheckpoint(network);
    session.jobs().start<Data>(
        QObject::tr("Read Fashion-MNIST"), false, &session,
        [source = data.toStdString()](const base::JobContext& context) { return data::loadDataset(source, {}, context); },
        [&session, network, out = run, source = data, memory = settings.memoryBudget(), threads = settings.threads()](const Data& dataset) {
            engine::KernelRequest request;
            request.network = network;
            request.data = dataset;
            request.dataSource = "idx:" + source.toStdString();
            request.preprocessing = data::defaultPreprocessing(*dataset);
            request.options.perClass = kPerClass;
            request.options.memoryBytes = memory;
            request.options.threads = threads;
            request.options.resume = run::isUnfinished(out.toStdString());
            QDir().mkpath(QFileInfo(out).absolutePath());
            session.startKernel(request, out.toStdString());
        });
}

} // namespace lpntk::gui
