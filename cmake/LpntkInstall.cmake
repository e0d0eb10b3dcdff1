# What `cmake --install` puts where the installed programs look for it: sample_project.cpp finds share/lpntk-explorer
# beside bin/. Icons, fonts, style and help pages are inside the program. libtorch stays where setup.sh put it; the
# engine library keeps its folder in the run path.

set(lpntkData ${CMAKE_INSTALL_DATADIR}/lpntk-explorer)
install(DIRECTORY resources/checkpoints DESTINATION ${lpntkData})
install(FILES README.md LICENSE resources/fonts/Inter-OFL.txt DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(LPNTK_GUI)
  install(FILES resources/desktop/lpntk-explorer.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES resources/desktop/lpntk-explorer.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages)
  install(FILES resources/desktop/lpntk-explorer.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()
