#include <core/model/built_in.h>

#include <core/base/error.h>
#include <core/model/network.h>

#include <algorithm>

namespace lpntk::model {

namespace {

const std::vector<BuiltIn>& table() {
    static const std::vector<BuiltIn> kTable = [] {
        std::vector<BuiltIn> all;
        for (const auto& family : {smallNetworks(), smallPictureResNets(), torchvisionResNets(), vggNetworks()})
            all.insert(all.end(), family.begin(), family.end());
        return all;
    }();
    return kTable;
}

} // namespace

std::vector<std::string> builtInModels() {
    std::vector<std::string> names;
    for (const BuiltIn& entry : table())
        names.push_back(entry.name);
    return names;
}

Graph builtInGraph(const std::string& name, data::ImageShape input, int classes) {
    const auto entry =
        std::find_if(table().begin(), table().end(), [&](const BuiltIn& candidate) { return candidate.name == name; });
    if (entry == table().end()) {
        std::string list;
        for (const BuiltIn& known : table())
            list += (list.empty() ? "" : ", ") + known.name;
        throw base::OptionError("there is no built-in network \"" + name + "\"; there are: " + list +
                                "; any other network is read from a .pt2 file of torch.export.save");
    }
    if (input.channels < 1 || input.height < 1 || input.width < 1)
        throw base::ShapeError(name + ": the pictures have no pixels");
    if (classes < 2)
        throw base::ShapeError(name + ": a classifier needs at least two classes, the data set has " +
                               std::to_string(classes));
    GraphBuilder builder(name);
    const GraphBuilder::Flow x = builder.input(input.channels, input.height, input.width);
    return builder.build(entry->write(builder, x, classes));
}

} // namespace lpntk::model
