#pragma once

#include <core/model/graph.h>
#include <core/model/parameters_torch.h>

#include <ATen/ATen.h>

#include <string>

namespace lpntk::model {

/// The same network without calls that change tensors in place: what they would have written becomes a value of its own,
/// and views that would have seen the change are taken again from it. Which tensors share memory is observed while the
/// graph as it was runs on `pictures` (two or more); the logits of both graphs are compared. Graphs that write nothing
/// come back as they are. Throws FormatError naming the call for a write that cannot be followed (into a view of an
/// unknown kind, of random numbers); `where` names the network.
Graph withoutWrites(const Graph& graph, const ParameterStore& store, const at::Tensor& pictures,
                    const std::string& where);

} // namespace lpntk::model
