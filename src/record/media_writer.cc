#include "record/media_writer.h"

#include <utility>

#include "base/check.h"
#include "record/layout.h"
#include "record/selection.h"

namespace record {

void MediaWriter::begin_broadcast(base::Duration segment) {
  cutter_.emplace(segment, state_.catalog().duration);
}

base::Expected<void> MediaWriter::keep(const Record& record) {
  journal_.add(record);
  return state_.apply(record);
}

// The index of the part's rendition; a new one, or one whose tracks are others than before, is put
// down.
base::Expected<std::size_t> MediaWriter::rendition_of(const media::MadePart& part,
                                                      bool& new_tracks) {
  const std::string& name = part.rendition->name;
  auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    const auto& known = state_.catalog().renditions;
    std::size_t index = 0;
    while (index < known.size() && known[index].info.name != name) ++index;
    found = by_name_.emplace(name, index).first;
  }
  const std::size_t index = found->second;
  if (index >= files_.size()) files_.resize(index + 1);
  if (files_[index].info == part.rendition) return index;
  new_tracks = true;
  if (auto described = describe_tracks(part); !described) {
    return base::fail(std::move(described.error()));
  }
  CHECK(index < state_.catalog().renditions.size());
  files_[index].info = part.rendition;
  return index;
}

base::Expected<void> MediaWriter::describe_tracks(const media::MadePart& part) {
  const media::RenditionInfo& info = *part.rendition;
  if (!is_rendition_name(info.name)) {
    return base::fail(base::ErrorCode::kInvalid,
                      "a rendition cannot be recorded under the name '" + info.name + "'");
  }
  RenditionRecord record{.recorded = true,
                         .is_source = info.is_source,
                         .info = describe(info),
                         .generation = {.container = info.container,
                                        .init_bytes = static_cast<std::uint32_t>(info.init.size()),
                                        .tracks = info.tracks}};
  const CatalogRendition* known = state_.catalog().rendition(info.name);
  if (info.container == media::PartContainer::kMpegTs) {
    record.generation.init_bytes = 0;
    // A broadcast that goes on after a pause mostly has the same.
    if (known != nullptr && known->generations.back() == record.generation) return {};
  } else {
    const std::size_t generation = known == nullptr ? 0 : known->generations.size();
    const std::string name = init_name(static_cast<std::uint32_t>(generation));
    auto file = SpoolFile::create(path(spool_segment_key(info.name, name)));
    if (!file) return base::fail(std::move(file.error()));
    if (auto written = file->append(info.init.span()); !written) return written;
    written_ += info.init.size();
  }
  return keep(record);
}

base::Expected<void> MediaWriter::begin_segment(std::size_t index, const media::MadePart& part,
                                                std::vector<Finished>& finished) {
  finish_segment(index, finished);
  Files& files = files_[index];
  files.number = state_.renditions()[index].next_number;
  const std::string name = segment_name(files.number, part.rendition->container);
  auto file = SpoolFile::create(path(spool_segment_key(part.rendition->name, name)));
  if (!file) return base::fail(std::move(file.error()));
  files.segment = std::move(*file);
  return {};
}

base::Expected<std::uint32_t> MediaWriter::write_samples(std::size_t index,
                                                         const media::MadePart& part) {
  if (!keeps_samples_) return std::uint32_t{0};
  Files& files = files_[index];
  if (!files.samples.is_open()) {
    const std::string file_path = path(spool_samples_key(part.rendition->name));
    const std::uint64_t size = state_.renditions()[index].samples_bytes;
    auto file = size == 0 ? SpoolFile::create(file_path) : SpoolFile::open(file_path, size);
    if (!file) return base::fail(std::move(file.error()));
    files.samples = std::move(*file);
  }
  base::ByteWriter out(512);
  append_part_samples(out, *part.rendition, part.media->samples());
  if (auto written = files.samples.append(out.span()); !written) {
    return base::fail(std::move(written.error()));
  }
  written_ += out.size();
  return static_cast<std::uint32_t>(out.size());
}

base::Expected<bool> MediaWriter::write(const media::MadePart& part,
                                        std::vector<Finished>& finished) {
  CHECK(cutter_.has_value());
  bool new_tracks = false;
  auto index = rendition_of(part, new_tracks);
  if (!index) return base::fail(std::move(index.error()));
  const auto place = cutter_->place(*index, part, new_tracks);
  if (!place) return false;
  if (place->new_segment) {
    if (auto begun = begin_segment(*index, part, finished); !begun) {
      return base::fail(std::move(begun.error()));
    }
  }
  Files& files = files_[*index];
  const base::Slice bytes = part.media->bytes();
  if (auto written = files.segment.append(bytes.span()); !written) {
    return base::fail(std::move(written.error()));
  }
  written_ += bytes.size();
  auto samples = write_samples(*index, part);
  if (!samples) return base::fail(std::move(samples.error()));
  // Another broadcast's first segment stands behind a break, whatever it says itself.
  const bool follows = !files.on_air && !state_.catalog().renditions[*index].segments.empty();
  auto kept = keep(PartRecord{.rendition = static_cast<std::uint32_t>(*index),
                              .new_segment = place->new_segment,
                              .new_piece = place->new_piece,
                              .discontinuity = place->discontinuity || follows,
                              .bytes = static_cast<std::uint32_t>(bytes.size()),
                              .samples_bytes = *samples,
                              .duration = part.duration,
                              .position = place->position,
                              .start = part.start,
                              .date = part.date});
  if (!kept) return base::fail(std::move(kept.error()));
  files.on_air = true;
  return place->new_piece;
}

void MediaWriter::finish_segment(std::size_t index, std::vector<Finished>& finished) {
  Files& files = files_[index];
  if (!files.segment.is_open()) return;
  finished.push_back({.rendition = index, .number = files.number, .file = files.segment.release()});
  files.segment = SpoolFile();
}

void MediaWriter::end_broadcast(std::vector<Finished>& finished) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    finish_segment(i, finished);
    files_[i] = Files();
  }
  cutter_.reset();
}

}  // namespace record
