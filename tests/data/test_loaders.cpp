#include "../formats/damage.h"

#include <core/data/dataset.h>
#include <core/data/info.h>
#include <core/data/preprocessing.h>
#include <core/formats/idx.h>
#include <core/formats/images.h>
#include <core/formats/npz.h>
#include <helpers/real_data.h>

#include <QTest>

#include <numeric>

using namespace lpntk;
using namespace lpntk::data;
using tests::fixture;
using tests::refusal;

namespace {

std::vector<std::byte> png(int channels, int height, int width, int value) {
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(channels * height * width),
                                           static_cast<std::uint8_t>(value));
    return formats::encodePng({channels, height, width}, pixels);
}

void writeIdxPair(const tests::Scratch& scratch, const std::string& prefix, std::int64_t images,
                  std::vector<std::uint8_t> labels) {
    const std::vector<std::int64_t> imageShape{images, 2, 3}, labelShape{static_cast<std::int64_t>(labels.size())};
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images) * 6);
    std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
    formats::writeIdx(scratch.folder() / (prefix + "-images-idx3-ubyte"), imageShape, std::as_bytes(std::span(pixels)));
    formats::writeIdx(scratch.folder() / (prefix + "-labels-idx1-ubyte"), labelShape, std::as_bytes(std::span(labels)));
}

std::string refusalOf(const std::filesystem::path& path, const LoadOptions& options = {}) {
    return refusal([&] { loadDataset(path.string(), options); });
}

} // namespace

class LoadersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fashionMnist() {
        const auto folder = tests::fashionMnist();
        if (!folder)
            QSKIP("Fashion-MNIST is not installed (dataset-fashion-mnist)");
        const auto dataset = loadDataset(folder->string());
        QCOMPARE(dataset->name, std::string("Fashion-MNIST"));
        QCOMPARE(dataset->kind, std::string("idx"));
        QCOMPARE(dataset->classNames, (std::vector<std::string>{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                                "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}));
        QCOMPARE(dataset->split("train").count(), std::int64_t{60000});
        QCOMPARE(dataset->split("test").count(), std::int64_t{10000});
        QCOMPARE(dataset->files.size(), std::size_t{4});
        QCOMPARE(dataset->split("train").labels[0], std::int64_t{9});
        QCOMPARE(dataset->split("train").images->location(865), std::string("train-images-idx3-ubyte.gz, image 865"));
        QVERIFY(refusal([&] { dataset->split("val"); }).find("train, test") != std::string::npos);

        const Preprocessing preprocessing = defaultPreprocessing(*dataset);
        QCOMPARE(preprocessing.name, std::string("fashion-mnist"));
        QVERIFY((inputShape(dataset->split("train"), preprocessing) == ImageShape{1, 28, 28}));
        std::vector<std::int64_t> all(60000);
        std::iota(all.begin(), all.end(), 0);
        std::vector<float> batch(60000 * 784);
        fillBatch(dataset->split("train"), all, preprocessing, batch);
        const double mean = std::accumulate(batch.begin(), batch.end(), 0.0) / static_cast<double>(batch.size());
        QVERIFY2(std::abs(mean) < 1e-3, qPrintable(QString::number(mean)));
        // One file of the pair names the same set.
        QCOMPARE(loadDataset((*folder / "train-images-idx3-ubyte.gz").string())->name, std::string("Fashion-MNIST"));
        QCOMPARE(datasetHash(*dataset), datasetHash(*loadDataset("idx:" + folder->string())));
        QVERIFY(describePath(*folder)["summary"].get<std::string>().find("60,000 train + 10,000 test") !=
                std::string::npos);
    }

    void idxSplitsAndProblems() {
        const tests::Scratch scratch;
        writeIdxPair(scratch, "train", 3, {0, 1, 2});
        writeIdxPair(scratch, "t10k", 1, {1});
        const auto dataset = loadDataset(scratch.folder().string());
        QCOMPARE(dataset->splits.size(), std::size_t{2});
        QCOMPARE(dataset->classes(), 3);
        QCOMPARE(dataset->classNames[2], std::string("2"));
        QCOMPARE(dataset->split("train").images->image(1).pixels, (std::vector<std::uint8_t>{6, 7, 8, 9, 10, 11}));
        QCOMPARE(loadDataset(scratch.folder().string(), {5})->classes(), 5);
        QVERIFY(refusalOf(scratch.folder(), {2}).find("label 2") != std::string::npos);
        QVERIFY(!refusalOf(scratch.folder(), {1}).empty());
        QVERIFY(!refusal([&] { dataset->split("train").images->image(3); }).empty());
        QVERIFY(!refusal([&] { dataset->split("train").images->bytes(-1); }).empty());

        writeIdxPair(scratch, "train", 3, {0, 1});
        QVERIFY(refusalOf(scratch.folder()).find("counts must be equal") != std::string::npos);
        writeIdxPair(scratch, "train", 2, {0, 0});
        writeIdxPair(scratch, "t10k", 1, {0});
        QVERIFY(refusalOf(scratch.folder()).find("one class") != std::string::npos);
        writeIdxPair(scratch, "train", 0, {});
        writeIdxPair(scratch, "t10k", 0, {});
        QVERIFY(refusalOf(scratch.folder()).find("no images") != std::string::npos);
        std::filesystem::remove(scratch.folder() / "train-labels-idx1-ubyte");
        QVERIFY(refusalOf(scratch.folder()).find("labels are missing") != std::string::npos);
    }

    void hashSeesEveryChange() {
        const tests::Scratch scratch;
        writeIdxPair(scratch, "train", 2, {0, 1});
        const std::string before = datasetHash(*loadDataset(scratch.folder().string()));
        QCOMPARE(before.size(), std::size_t{64});
        writeIdxPair(scratch, "train", 2, {1, 0});
        QVERIFY(datasetHash(*loadDataset(scratch.folder().string())) != before);
    }

    void unknownThings() {
        const tests::Scratch scratch;
        QVERIFY(refusalOf("/no/such/place").find("no such file") != std::string::npos);
        QVERIFY(refusalOf(scratch.folder()).find("not a data set") != std::string::npos);
        QVERIFY(refusal([] { loadDataset("parrot:here"); }).find("there are idx") != std::string::npos);
        QVERIFY(!refusalOf(scratch.write("a.txt", "hello")).empty());
    }

    void cifarPython() {
        const tests::Scratch scratch;
        const tests::Bytes batch = tests::bytesOf(fixture("cifar10_py2.pkl"));
        for (const char* name :
             {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"})
            scratch.write(std::string("cifar-10-batches-py/") + name, batch);
        scratch.write("cifar-10-batches-py/batches.meta", tests::bytesOf(fixture("batches.meta")));
        const auto dataset = loadDataset(scratch.folder().string());
        QCOMPARE(dataset->name, std::string("CIFAR-10"));
        QCOMPARE(dataset->split("train").count(), std::int64_t{10});
        QCOMPARE(dataset->split("test").labels, (std::vector<std::int64_t>{3, 7}));
        QCOMPARE(dataset->classNames[9], std::string("truck"));
        QCOMPARE(dataset->split("train").images->location(3), std::string("data_batch_2, image 1"));
        // Planar in the file, interleaved for the eye.
        const tests::Bytes row = tests::bytesOf(fixture("cifar_first_row.bin"));
        const Image image = dataset->split("train").images->image(2);
        QCOMPARE(static_cast<int>(image.pixels[3 * 5 + 1]), static_cast<int>(row[1024 + 5]));
        std::filesystem::remove(scratch.folder() / "cifar-10-batches-py/data_batch_4");
        QVERIFY(refusalOf(scratch.folder()).find("4 of the five") != std::string::npos);
    }

    void cifarHundredBinary() {
        const tests::Scratch scratch;
        tests::Bytes records(2 * 3074);
        records[1] = std::byte{42};
        records[3074] = std::byte{7};
        scratch.write("train.bin", records);
        scratch.write("test.bin", records);
        std::string names;
        for (int i = 0; i < 100; ++i)
            names += "class" + std::to_string(i) + "\n";
        scratch.write("fine_label_names.txt", names);
        const auto dataset = loadDataset(scratch.folder().string());
        QCOMPARE(dataset->kind, std::string("cifar100"));
        QCOMPARE(dataset->split("train").labels, (std::vector<std::int64_t>{42, 0}));
        QCOMPARE(dataset->split("test").columns[0].name, std::string("coarse_label"));
        scratch.write("fine_label_names.txt", "one\n");
        QVERIFY(refusalOf(scratch.folder()).find("100 were expected") != std::string::npos);
    }

    void imageFolder() {
        const tests::Scratch scratch;
        scratch.write("train/cat/b.png", png(1, 4, 4, 10));
        scratch.write("train/cat/a.png", png(3, 8, 4, 20));
        scratch.write("train/dog/x.png", png(3, 4, 6, 30));
        scratch.write("train/dog/notes.txt", "no image");
        scratch.write("val/dog/y.png", png(3, 4, 4, 40));
        const auto dataset = loadDataset(scratch.folder().string());
        QCOMPARE(dataset->kind, std::string("imagefolder"));
        QCOMPARE(dataset->classNames, (std::vector<std::string>{"cat", "dog"}));
        const Split& train = dataset->split("train");
        QCOMPARE(train.labels, (std::vector<std::int64_t>{0, 0, 1}));
        QCOMPARE(train.images->location(0), std::string("train/cat/a.png"));
        QCOMPARE(train.images->file(1).filename().string(), std::string("b.png"));
        QVERIFY(!train.images->uniform());
        QCOMPARE(train.images->shape(1).channels, 3); // grey among colour
        QCOMPARE(train.images->image(1).pixels[0], std::uint8_t{10});
        QCOMPARE(train.images->image(1).pixels[0], std::uint8_t{10}); // from the cache
        QVERIFY(train.images->bytes(2) == tests::bytesOf(scratch.folder() / "train/dog/x.png"));
        QCOMPARE(dataset->split("val").labels, std::vector<std::int64_t>{1});
        QVERIFY(!refusal([&] { inputShape(train, preprocessingPreset("none")); }).empty());
        Preprocessing preprocessing = preprocessingPreset("none");
        preprocessing.resize = preprocessing.crop = 4;
        QVERIFY((inputShape(train, preprocessing) == ImageShape{3, 4, 4}));
        std::vector<float> batch(3 * 48);
        fillBatch(train, std::vector<std::int64_t>{0, 1, 2}, preprocessing, batch);
        QVERIFY(std::abs(batch[0] - 20 / 255.0f) < 1e-6 && std::abs(batch[143] - 30 / 255.0f) < 1e-6);

        scratch.write("train/cat/broken.png", "\x89PNG\r\n\x1a\n");
        QVERIFY(refusalOf(scratch.folder()).find("broken.png") != std::string::npos);
        std::filesystem::remove(scratch.folder() / "train/cat/broken.png");
        scratch.write("val/parrot/z.png", png(3, 4, 4, 1));
        QVERIFY(refusalOf(scratch.folder()).find("parrot") != std::string::npos);
        std::filesystem::remove_all(scratch.folder() / "val");
        std::filesystem::create_directories(scratch.folder() / "train/empty");
        QVERIFY(refusalOf(scratch.folder()).find("no images") != std::string::npos);
    }

    void arrays() {
        const auto reference = loadDataset(fixture("reference.npz").string());
        QCOMPARE(reference->classes(), 2);
        QVERIFY((reference->split("train").images->shape(0) == ImageShape{1, 2, 2}));
        QCOMPARE(reference->split("train").columns[0].name, std::string("weight"));
        const auto split = loadDataset(fixture("split.npz").string());
        QCOMPARE(split->splits.size(), std::size_t{2});
        const Split& train = split->split("train"); // (2, 2, 3, 3) float32: interleaved
        QVERIFY((train.images->shape(0) == ImageShape{3, 2, 3}) && train.images->preprocessed());
        QCOMPARE(defaultPreprocessing(*split).name, std::string("none"));
        std::vector<float> batch(18);
        fillBatch(train, std::vector<std::int64_t>{1}, defaultPreprocessing(*split), batch);
        QCOMPARE(batch[0], 18.0f);
        QCOMPARE(batch[6], 19.0f);
        QCOMPARE(train.images->image(0).pixels[0], std::uint8_t{0});

        const tests::Scratch scratch;
        formats::writeNpy<std::uint8_t>(scratch.folder() / "images.npy", std::vector<std::uint8_t>(12), {3, 2, 2});
        formats::writeNpy(scratch.folder() / "labels.npy", std::vector<std::int64_t>{0, 1, 1});
        QCOMPARE(loadDataset(scratch.folder().string())->kind, std::string("npy"));
        QCOMPARE(loadDataset((scratch.folder() / "images.npy").string())->split("train").count(), std::int64_t{3});
        formats::writeNpy(scratch.folder() / "labels.npy", std::vector<std::int64_t>{0, 1});
        QVERIFY(refusalOf(scratch.folder()).find("counts") != std::string::npos);
        formats::writeNpy(scratch.folder() / "labels.npy", std::vector<std::int64_t>{0, 1, -1});
        QVERIFY(refusalOf(scratch.folder()).find("label -1") != std::string::npos);
        formats::writeNpy(scratch.folder() / "labels.npy", std::vector<std::int64_t>{0, 1, INT64_MAX});
        QVERIFY(!refusalOf(scratch.folder()).empty());
        formats::writeNpy(scratch.folder() / "labels.npy", std::vector<float>{0, 1, 1});
        QVERIFY(refusalOf(scratch.folder()).find("integers") != std::string::npos);
        formats::writeNpy(scratch.folder() / "labels.npy", std::vector<std::int64_t>{0, 1, 1});
        formats::writeNpy<float>(scratch.folder() / "images.npy", std::vector<float>{1, 2, NAN}, {3, 1, 1});
        QVERIFY(refusalOf(scratch.folder()).find("image 2") != std::string::npos);
        formats::writeNpy<double>(scratch.folder() / "images.npy", std::vector<double>(3), {3, 1, 1});
        QVERIFY(refusalOf(scratch.folder()).find("float32") != std::string::npos);
        formats::writeNpy<float>(scratch.folder() / "images.npy", std::vector<float>(6), {3, 2});
        QVERIFY(refusalOf(scratch.folder()).find("(N, H, W)") != std::string::npos);
    }

    void manifest() {
        const tests::Scratch scratch;
        scratch.write("a.png", png(1, 2, 2, 1));
        scratch.write("sub/b.png", png(1, 2, 2, 2));
        const auto path = scratch.write(
            "set.csv",
            "path,label,split,id,weight\nsub/b.png,dog,train,x1,0.5\na.png,cat,test,x2,1\na.png,cat,train,x3,\n");
        const auto dataset = loadDataset(path.string());
        QCOMPARE(dataset->kind, std::string("manifest"));
        QCOMPARE(dataset->classNames, (std::vector<std::string>{"cat", "dog"}));
        QCOMPARE(dataset->split("train").labels, (std::vector<std::int64_t>{1, 0}));
        QCOMPARE(dataset->split("train").columns.size(), std::size_t{2});
        QCOMPARE(std::get<std::vector<std::string>>(dataset->split("train").columns[0].values)[1], std::string("x3"));
        QCOMPARE(std::get<std::vector<double>>(dataset->split("train").columns[1].values)[0], 0.5);
        QCOMPARE(loadDataset(scratch.write("n.csv", "path,label\na.png,0\nsub/b.png,2\n").string())->classes(), 3);
        QVERIFY(refusalOf(scratch.write("m.csv", "path,label\nnone.png,0\na.png,1\n")).find("line 2") !=
                std::string::npos);
        QVERIFY(refusalOf(scratch.write("m.csv", "path,label\na.png,\n")).find("empty") != std::string::npos);
        QVERIFY(refusalOf(scratch.write("m.csv", "path,label\na.png,-1\na.png,1\n")).find("label -1") !=
                std::string::npos);
        QVERIFY(refusalOf(scratch.write("m.csv", "path,label,label_name\na.png,0,x\na.png,0,y\n")).find("\"y\"") !=
                std::string::npos);
        QVERIFY(refusal([&] {
                    loadDataset("manifest:" + scratch.write("m.csv", "path,colour\na.png,1\n").string());
                }).find("\"label\"") != std::string::npos);
        QVERIFY(!refusalOf(scratch.write("m.csv", "path,label\n")).empty());
    }

    void cancelledMidway() {
        const tests::Scratch scratch;
        for (int i = 0; i < 4; ++i)
            scratch.write("c" + std::to_string(i % 2) + "/" + std::to_string(i) + ".png", png(1, 2, 2, i));
        std::stop_source stop;
        base::JobContext context;
        context.stop = stop.get_token();
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(loadDataset(scratch.folder().string(), {}, context), base::Cancelled);
    }

    void describesEverything() {
        const auto kind = [](const std::filesystem::path& path) {
            return QString::fromStdString(describePath(path)["kind"]);
        };
        const tests::Scratch scratch;
        QCOMPARE(kind(fixture("reference.safetensors")), QString("weights"));
        QCOMPARE(kind(fixture("wrapped_zip.pth")), QString("weights"));
        QCOMPARE(kind(fixture("plain_legacy.pt")), QString("weights"));
        QCOMPARE(kind(fixture("reference.npz")), QString("dataset"));
        QCOMPARE(kind(fixture("rgb.jpg")), QString("image"));
        formats::writeNpy(scratch.folder() / "scores.npy", std::vector<float>{1});
        QCOMPARE(kind(scratch.folder() / "scores.npy"), QString("array"));
        QCOMPARE(kind(tests::exportedNetworks() / "cnn-2.6.pt2"), QString("exported-program"));
        QCOMPARE(kind(tests::exportedNetworks() / "odd-2.15.pt2"), QString("exported-program"));
        QVERIFY(tests::refusal([&] { kind(scratch.write("model.pt2", "PK")); }).find("zip") != std::string::npos);
        QCOMPARE(kind(scratch.write("t.csv", "a,b\n1,2\n")), QString("table"));
        QCOMPARE(kind(scratch.write("p.lpntk",
                                    R"({"format":"lpntk-project","version":1,"data":"x","checkpoints":[],"runs":[]})")),
                 QString("project"));
        scratch.write(
            "run/manifest.json",
            R"({"format":"lpntk-run","state":"finished","plan":{"rows":1000},"data":{"name":"F","split":"train"},"model":{"name":"lenet5"}})");
        QCOMPARE(kind(scratch.folder() / "run"), QString("run"));
        QVERIFY(describePath(scratch.folder() / "run")["summary"].get<std::string>().find("1,000 samples of F") !=
                std::string::npos);
        scratch.write("subset/recipe.json",
                      R"({"format":"lpntk-recipe","result":{"kept":9,"pruned":1},"prune":{"method":"heads"}})");
        QCOMPARE(kind(scratch.folder() / "subset"), QString("subset"));
        QCOMPARE(kind(scratch.folder() / "subset/recipe.json"), QString("subset"));
        scratch.write("ck/epoch1.safetensors", tests::bytesOf(fixture("reference.safetensors")));
        QCOMPARE(kind(scratch.folder() / "ck"), QString("checkpoints"));
        for (const auto& path : {fixture("torchscript.pt"), fixture("objects.npy"), scratch.write("e", ""),
                                 scratch.write("b.lpntk", "{"), scratch.write("r.lpntk", "{}")})
            QVERIFY2(!refusal([&] { describePath(path); }).empty(), path.c_str());
        QVERIFY(!refusal([] { describePath("/no/such/place"); }).empty());
    }
};

QTEST_GUILESS_MAIN(LoadersTest)
#include "test_loaders.moc"
