#pragma once

#include <core/curation/subset_table.h>

#include <string>

namespace lpntk::curation {

/// README.md of an exported folder.
std::string readmeText(const SubsetTable& table, const ExportOptions& options, const ExportReport& report);

/// load_subset.py for the chosen format: a few lines of PyTorch (no torchvision) that anybody can read and change.
std::string loaderText(const SubsetTable& table, const ExportOptions& options);

} // namespace lpntk::curation
