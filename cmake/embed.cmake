# rostrum_web_files: the built web pages inside the program.
#
# Every file of WEB_DIST is compressed with brotli and placed into the binary with .incbin; a table
# (server/web_files.h, generated) names them. Without WEB_DIST a small page stands in that says how to
# build the real ones, so the C++ build never needs Node.
include_guard(GLOBAL)

find_program(BROTLI brotli)
if(NOT BROTLI)
  message(STATUS "brotli not found: web files are embedded as they are")
endif()

file(GLOB_RECURSE ROSTRUM_WEB_INPUTS CONFIGURE_DEPENDS ${WEB_DIST}/*)
set(ROSTRUM_WEB_OUT ${CMAKE_BINARY_DIR}/web_files)
set(ROSTRUM_WEB_SCRIPT ${CMAKE_SOURCE_DIR}/tools/embed_web.cmake)

# The list is an input of its own: a file that disappears changes it, though no remaining file changed.
list(JOIN ROSTRUM_WEB_INPUTS "\n" ROSTRUM_WEB_LIST)
file(CONFIGURE OUTPUT ${ROSTRUM_WEB_OUT}/inputs.txt CONTENT "${ROSTRUM_WEB_LIST}\n" @ONLY)

add_custom_command(
  OUTPUT ${ROSTRUM_WEB_OUT}/web_files.S ${ROSTRUM_WEB_OUT}/web_files.cc
         ${ROSTRUM_WEB_OUT}/include/server/web_files.h
  COMMAND ${CMAKE_COMMAND} -DDIST=${WEB_DIST} -DOUT=${ROSTRUM_WEB_OUT} -DBROTLI=${BROTLI}
          -DLIST=${ROSTRUM_WEB_OUT}/inputs.txt -P ${ROSTRUM_WEB_SCRIPT}
  DEPENDS ${ROSTRUM_WEB_INPUTS} ${ROSTRUM_WEB_OUT}/inputs.txt ${ROSTRUM_WEB_SCRIPT}
  COMMENT "Embedding the web files"
  VERBATIM)

add_library(rostrum_web_files STATIC
  ${ROSTRUM_WEB_OUT}/web_files.S ${ROSTRUM_WEB_OUT}/web_files.cc
  ${ROSTRUM_WEB_OUT}/include/server/web_files.h)
target_include_directories(rostrum_web_files PUBLIC ${ROSTRUM_WEB_OUT}/include)
