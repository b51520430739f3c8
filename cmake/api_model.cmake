# rostrum_api_model: tables of the operations, made from api/*.json by tools/generate_api.
include_guard(GLOBAL)

find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(ROSTRUM_API_OUT ${CMAKE_BINARY_DIR}/api_model)
set(ROSTRUM_API_FILES ${CMAKE_SOURCE_DIR}/api/ivs.json ${CMAKE_SOURCE_DIR}/api/ivschat.json
    ${CMAKE_SOURCE_DIR}/api/rostrum.json ${CMAKE_SOURCE_DIR}/api/quotas.json)

add_custom_command(
  OUTPUT ${ROSTRUM_API_OUT}/api_tables.cc
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/generate_api tables
          ${ROSTRUM_API_OUT}/api_tables.cc ${ROSTRUM_API_FILES}
  DEPENDS ${ROSTRUM_API_FILES} ${CMAKE_SOURCE_DIR}/tools/generate_api
  COMMENT "Generating the API tables"
  VERBATIM)

add_library(rostrum_api_model STATIC ${ROSTRUM_API_OUT}/api_tables.cc)
target_include_directories(rostrum_api_model PRIVATE ${CMAKE_SOURCE_DIR}/src)
