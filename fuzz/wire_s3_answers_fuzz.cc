// What a store answers: reading ends, what is read is text, and the same document is read the same
// way twice.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"
#include "wire/aws/s3_answers.h"
#include "wire/aws/xml_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using wire::aws::XmlReader;
  const std::string_view document = base::as_text({data, size});
  XmlReader reader(document);
  bool is_well_formed = false;
  for (std::size_t tokens = 0;; ++tokens) {
    CHECK(tokens <= 2 * size + 2);
    const XmlReader::Token token = reader.next();
    CHECK(reader.depth() <= XmlReader::kMaxDepth);
    if (token == XmlReader::Token::kText) CHECK(base::is_utf8(reader.text()));
    if (token == XmlReader::Token::kStart) CHECK(!reader.name().empty() || size > 2);
    if (token == XmlReader::Token::kDone || token == XmlReader::Token::kBroken) {
      is_well_formed = token == XmlReader::Token::kDone;
      break;
    }
  }
  const auto error = wire::aws::parse_s3_error(document);
  const auto listing = wire::aws::parse_s3_listing(document);
  const auto id = wire::aws::parse_s3_upload_id(document);
  const auto uploads = wire::aws::parse_s3_uploads(document);
  const auto completed = wire::aws::parse_s3_completed(document);
  CHECK(is_well_formed || (!error && !listing && !id && !uploads));
  CHECK(!error + !listing + !id + !uploads >= 3);
  CHECK(!completed || (!error && !listing && !id && !uploads));
  if (id) CHECK(!id->empty() && id->size() <= 2048);
  if (uploads) CHECK(uploads->size() <= 1000);
  if (error) (void)wire::aws::s3_error_code(400, error->code);
  if (listing) CHECK(listing->objects.size() <= 1000);
  return 0;
}
