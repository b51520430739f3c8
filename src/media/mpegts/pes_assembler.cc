#include "media/mpegts/pes_assembler.h"

#include <algorithm>

namespace media::mpegts {
namespace {

// A buffer that one huge picture has made larger than this is given back.
constexpr std::size_t kKeptCapacity = 1024 * 1024;

}  // namespace

void PesAssembler::append(base::ByteSpan payload) {
  if (header_ && header_->payload_size) {
    // What follows the stated length is stuffing.
    payload = payload.first(std::min(payload.size(), remaining()));
  }
  if (buffer_.size() + payload.size() > max_size_) return drop();
  buffer_.insert(buffer_.end(), payload.begin(), payload.end());
  if (header_ || buffer_.size() < kMinPesHeaderSize) return;
  const std::size_t size = pes_header_size(buffer_);
  if (buffer_.size() < size) return;
  const auto header = parse_pes_header(base::ByteSpan(buffer_).first(size));
  if (!header) return drop();
  header_ = *header;
  if (header_->payload_size) {
    buffer_.resize(std::min(buffer_.size(), header_->header_size + *header_->payload_size));
  }
}

void PesAssembler::drop() {
  ++dropped_;
  close();
}

void PesAssembler::close() {
  open_ = false;
  header_.reset();
  buffer_.clear();
  if (buffer_.capacity() > kKeptCapacity) base::Bytes().swap(buffer_);
}

}  // namespace media::mpegts
