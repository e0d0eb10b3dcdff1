#pragma once

#include "run_fixture.h"

#include <widgets/views/map_view.h>

#include <QObject>

#include <memory>

namespace lpntk::tests {

/// The sample map of a synthetic run in a window of its own, ready when the tests begin. Base of its tests.
class MapFixture : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

protected:
    views::MapCanvas& canvas() { return m_view->canvas(); }
    base::SampleId sample(int row) const;

    std::unique_ptr<RunFixture> m_fixture;
    std::unique_ptr<views::MapView> m_view;
};

} // namespace lpntk::tests
