#include "map_fixture.h"

#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QtTest>

namespace lpntk::tests {

void MapFixture::initTestCase() {
    if (!vtk::VtkHost::isUsable())
        QSKIP("this platform has no OpenGL widgets");
    models::theme().apply(*qApp);
    models::theme().setDark(true);
    m_fixture = std::make_unique<RunFixture>();
    QVERIFY(m_fixture->wait());
    m_view = std::make_unique<views::MapView>(m_fixture->session, nullptr);
    m_view->resize(1036, 760);
    QVERIFY(showActive(*m_view));
    QTRY_VERIFY(m_view->isReady());
}

void MapFixture::cleanupTestCase() {
    m_view.reset();
    m_fixture.reset();
}

base::SampleId MapFixture::sample(int row) const {
    return base::SampleId(m_fixture->synthetic.samples[static_cast<std::size_t>(row)]);
}

} // namespace lpntk::tests
