#include "server/room_command.h"

#include <gtest/gtest.h>

#include <array>

namespace server::ctl {
namespace {

TEST(RoomCommand, RowsOfCsvAreSafeAndWhole) {
  using Row = std::array<std::string_view, 3>;
  EXPECT_EQ(csv_row(Row{"MESSAGE", "zoë", "she said \"hi\",\nand left"}),
            "\"MESSAGE\",\"zoë\",\"she said \"\"hi\"\",\nand left\"\r\n");
  EXPECT_EQ(csv_row(Row{"EVENT", "", "aws:DELETE_MESSAGE"}),
            "\"EVENT\",\"\",\"aws:DELETE_MESSAGE\"\r\n");
  EXPECT_EQ(csv_row(Row{"MESSAGE", "u", "=HYPERLINK(\"x\")"}),
            "\"MESSAGE\",\"u\",\"'=HYPERLINK(\"\"x\"\")\"\r\n");
}

}  // namespace
}  // namespace server::ctl
