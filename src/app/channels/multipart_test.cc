#include "app/channels/multipart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace app {
namespace {

using base::ErrorCode;

constexpr std::string_view kType = "multipart/form-data; boundary=\"x-y\"";
constexpr std::string_view kForm =
    "--x-y\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\nabc\r\n"
    "--x-y\r\nContent-Disposition: form-data; name=\"none\"\r\n\r\n\r\n"
    "--x-y  \r\ncontent-disposition: form-data; name=file; filename=\"a.jpg\"\r\n"
    "Content-Type: image/jpeg\r\n\r\n\r\n--x-z\r\n\r\n--x-y--\r\n";

TEST(Multipart, ReadsFieldsAndFiles) {
  const auto parts = parse_form(kType, base::as_bytes(kForm));
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 3U);
  EXPECT_EQ((*parts)[0].name, "policy");
  EXPECT_EQ(base::as_text((*parts)[0].content), "abc");
  EXPECT_TRUE((*parts)[1].content.empty());
  const FormPart* file = find_part(*parts, "file");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->file_name, "a.jpg");
  EXPECT_EQ(file->content_type, "image/jpeg");
  EXPECT_EQ(base::as_text(file->content), "\r\n--x-z\r\n");
  EXPECT_EQ(find_part(*parts, "other"), nullptr);
}

TEST(Multipart, TakesWhatStandsBeforeTheFirstPart) {
  const std::string form = "hello\r\n" + std::string(kForm);
  const auto parts = parse_form(kType, base::as_bytes(form));
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->size(), 3U);
}

TEST(Multipart, RefusesEveryFormThatWasCutOff) {
  const std::size_t whole = kForm.size() - 4;  // "--" and the line end may be missing in part
  for (std::size_t length = 0; length < whole; ++length) {
    EXPECT_FALSE(parse_form(kType, base::as_bytes(kForm.substr(0, length)))) << length;
  }
}

TEST(Multipart, SaysWhatIsWrong) {
  const auto code = [](std::string_view type, std::string_view body) {
    const auto parts = parse_form(type, base::as_bytes(body));
    return parts ? ErrorCode::kIo : parts.error().code;
  };
  EXPECT_EQ(code("application/json", kForm), ErrorCode::kUnsupported);
  EXPECT_EQ(code("multipart/form-data", kForm), ErrorCode::kMalformed);
  EXPECT_EQ(code("multipart/form-data; boundary=" + std::string(71, 'x'), kForm),
            ErrorCode::kMalformed);
  EXPECT_EQ(code(kType, "--x-y\r\nContent-Disposition: form-data\r\n\r\n\r\n--x-y--"),
            ErrorCode::kMalformed);
  EXPECT_EQ(code(kType, "--x-ybad\r\n\r\n\r\n--x-y--"), ErrorCode::kMalformed);
  std::string many;
  for (std::size_t i = 0; i <= kMostFormParts; ++i) {
    many += "--x-y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n";
  }
  EXPECT_EQ(code(kType, many + "--x-y--"), ErrorCode::kLimit);
  const std::string long_head = "--x-y\r\nX: " + std::string(kMostPartHead, 'x') + "\r\n\r\n";
  EXPECT_EQ(code(kType, long_head), ErrorCode::kLimit);
}

}  // namespace
}  // namespace app
