#include "record/record_test_support.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "record/layout.h"

namespace record {
namespace {

class PendingCall final : public io::ObjectStore::Pending {
 public:
  explicit PendingCall(std::shared_ptr<bool> wanted) : wanted_(std::move(wanted)) {}
  ~PendingCall() override { *wanted_ = false; }

 private:
  std::shared_ptr<bool> wanted_;
};

std::string name_of(const io::ObjectName& name) {
  return name.bucket + "/" + name.key;
}

class MadeUpMedia final : public media::PartMedia {
 public:
  MadeUpMedia(std::string octets, std::vector<std::vector<media::Sample>> samples)
      : octets_(base::Slice::take(std::move(octets))), samples_(std::move(samples)) {}
  base::Slice bytes() const override { return octets_; }
  std::span<const std::vector<media::Sample>> samples() const override { return samples_; }

 private:
  base::Slice octets_;
  std::vector<std::vector<media::Sample>> samples_;
};

std::uint32_t height_of(const std::string& name) {
  return name == "audio_only" ? 0 : static_cast<std::uint32_t>(std::stoul(name));
}

constexpr media::Ticks kPart = 18'000;

// One NAL unit with its length, of so many octets in all; as good as a frame of sound.
base::Slice unit(std::size_t size, bool keyframe) {
  static std::map<std::pair<std::size_t, bool>, base::Slice> made;
  base::Slice& known = made[{size, keyframe}];
  if (!known.empty()) return known;
  base::ByteWriter out;
  out.u32(static_cast<std::uint32_t>(size - 4));
  out.u8(keyframe ? 0x65 : 0x41);
  while (out.size() < size) out.u8(0x55);
  known = base::Slice::take(out.take());
  return known;
}

}  // namespace

template <class Result, class Work>
std::unique_ptr<io::ObjectStore::Pending> MemoryStore::answer(Done<Result> done, Work work) {
  auto wanted = std::make_shared<bool>(true);
  if (contents_.mode != Mode::kHangs) {
    loop_.post([this, wanted, done = std::move(done), work = std::move(work)]() mutable {
      if (!*wanted) return;
      if (contents_.mode == Mode::kFails) {
        ++contents_.refused;
        done(base::fail(base::ErrorCode::kTimeout, "the store cannot be reached"));
      } else {
        done(work());
      }
    });
  }
  return std::make_unique<PendingCall>(std::move(wanted));
}

std::unique_ptr<io::ObjectStore::Pending> MemoryStore::put(io::PutObject object, Done<void> done) {
  return answer<void>(std::move(done), [this, object]() -> base::Expected<void> {
    std::string content;
    for (const base::Slice& piece : object.content) content += piece.text();
    contents_.objects[name_of(object.name)] = std::move(content);
    contents_.order.push_back(object.name.key);
    return {};
  });
}

std::unique_ptr<io::ObjectStore::Pending> MemoryStore::put_file(io::PutFile file, Done<void> done) {
  return answer<void>(std::move(done), [this, file]() -> base::Expected<void> {
    auto content = io::read_file(file.path, std::size_t{1} << 30);
    if (!content) return base::fail(base::ErrorCode::kInvalid, "no such file");
    contents_.objects[name_of(file.name)] = std::string(base::as_text(*content));
    contents_.order.push_back(file.name.key);
    return {};
  });
}

std::unique_ptr<io::ObjectStore::Pending> MemoryStore::get(io::GetObject object,
                                                           Done<base::Slice> done) {
  return answer<base::Slice>(std::move(done), [this, object]() -> base::Expected<base::Slice> {
    const auto found = contents_.objects.find(name_of(object.name));
    if (found == contents_.objects.end()) {
      return base::fail(base::ErrorCode::kNotFound, "no such object");
    }
    const std::size_t offset = std::min<std::size_t>(object.offset, found->second.size());
    return base::Slice::take(
        found->second.substr(offset, object.length.value_or(found->second.size())));
  });
}

std::unique_ptr<io::ObjectStore::Pending> MemoryStore::head(io::ObjectName name,
                                                            Done<io::ObjectInfo> done) {
  return answer<io::ObjectInfo>(std::move(done), [this, name]() -> base::Expected<io::ObjectInfo> {
    const auto found = contents_.objects.find(name_of(name));
    if (found == contents_.objects.end()) {
      return base::fail(base::ErrorCode::kNotFound, "no such object");
    }
    return io::ObjectInfo{.key = name.key, .size = found->second.size()};
  });
}

std::unique_ptr<io::ObjectStore::Pending> MemoryStore::list(io::ListObjects which,
                                                            Done<io::ObjectPage> done) {
  return answer<io::ObjectPage>(std::move(done), [this, which]() -> base::Expected<io::ObjectPage> {
    io::ObjectPage page;
    const std::string bucket = which.bucket + "/";
    // Small pages, so that tests see more than one.
    const std::size_t limit = std::min<std::size_t>(which.limit, 7);
    for (const auto& [name, content] : contents_.objects) {
      const std::string key = name.substr(std::min(name.size(), bucket.size()));
      if (!name.starts_with(bucket + which.prefix) || key <= which.after) continue;
      if (page.objects.size() == limit) {
        page.next = page.objects.back().key;
        break;
      }
      page.objects.push_back({.key = key, .size = content.size()});
    }
    return page;
  });
}

std::unique_ptr<io::ObjectStore::Pending> MemoryStore::remove(io::ObjectName name,
                                                              Done<void> done) {
  return answer<void>(std::move(done), [this, name]() -> base::Expected<void> {
    contents_.objects.erase(name_of(name));
    return {};
  });
}

std::string part_octets(const std::string& rendition, std::uint64_t number, std::size_t size) {
  std::string octets = rendition + " part " + std::to_string(number) + "\n";
  octets.resize(size, '.');
  return octets;
}

Broadcast::Broadcast(Options options) : options_(std::move(options)), time_(options_.start) {
  for (const std::string& name : options_.renditions) {
    auto info = std::make_shared<media::RenditionInfo>();
    info->name = name;
    info->is_source = infos_.empty();
    info->container = options_.container;
    info->height = height_of(name);
    info->width = info->height * 16 / 9;
    info->frame_rate = info->height > 0 ? 30 : 0;
    info->bandwidth = options_.bandwidth;
    if (info->height > 0) {
      media::Track video;
      video.codec_string = "avc1.64001F";
      video.video.width = info->width;
      video.video.height = info->height;
      video.video.frame_rate = 30;
      info->tracks.push_back(video);
    }
    media::Track audio;
    audio.codec = media::Codec::kAac;
    audio.timescale = 48'000;
    audio.codec_string = "mp4a.40.2";
    audio.audio = {.sample_rate = 48'000, .channels = 2, .frame_samples = 1024};
    info->tracks.push_back(audio);
    if (options_.container == media::PartContainer::kFmp4) {
      info->init = base::Slice::take("init of " + name);
    }
    infos_.push_back(std::move(info));
  }
}

std::vector<media::MadePart> Broadcast::next() {
  std::vector<media::MadePart> parts;
  for (const auto& info : infos_) {
    std::vector<std::vector<media::Sample>> samples;
    for (const media::Track& track : info->tracks) {
      const bool video = track.kind() == media::TrackKind::kVideo;
      const media::Ticks step = video ? 3000 : 1024;
      auto& list = samples.emplace_back();
      for (int i = 0; i < (video ? 6 : 9); ++i) {
        media::Sample sample;
        sample.dts = media::rescale(time_, 90'000, track.timescale) + i * step;
        sample.pts = sample.dts + (video ? 3000 * (i % 3) : 0);
        sample.duration = step;
        sample.keyframe = !video || (i == 0 && count_ % 10 == 0);
        sample.data = unit(static_cast<std::size_t>(video ? 100 + i : 20), sample.keyframe);
        list.push_back(sample);
      }
    }
    media::MadePart part;
    part.rendition = info;
    part.segment = count_ / 10;
    part.index = static_cast<std::uint32_t>(count_ % 10);
    part.independent = part.index == 0 || info->height == 0;
    part.discontinuity = discontinuity_ && part.index == 0;
    part.date = date();
    part.start = time_;
    part.duration = kPart;
    part.media = std::make_shared<MadeUpMedia>(part_octets(info->name, count_, options_.part_bytes),
                                               std::move(samples));
    parts.push_back(std::move(part));
  }
  discontinuity_ = false;
  ++count_;
  time_ += kPart;
  return parts;
}

base::WallTime Broadcast::date() const {
  return options_.started_at + std::chrono::microseconds((time_ - options_.start) * 100 / 9);
}

void Broadcast::gap(media::Ticks ticks) {
  count_ = (count_ + 9) / 10 * 10;
  time_ += ticks;
  discontinuity_ = true;
}

void Broadcast::play(Recording& recording, int seconds) {
  for (int i = 0; i < seconds * 5; ++i) {
    for (const media::MadePart& part : next()) recording.on_part(part);
  }
}

RecordRig::RecordRig()
    : folder(std::move(*io::TemporaryDirectory::create())),
      store(loop, contents),
      shelf(folder.path() + "/spool"),
      around{.settings = settings,
             .shelf = shelf,
             .store = &store,
             .metrics = metrics,
             .tell = [this](const Notice& notice) { notices.push_back(notice); },
             .sync =
                 [this](io::Descriptor /*file*/, auto done) {
                   loop.post([done = std::move(done)]() mutable { done({}); });
                 }} {
  settings.spool = folder.path() + "/spool";
  now.wall = base::WallTime(std::chrono::seconds(1'800'000'000));
}

Plan RecordRig::plan() const {
  Plan plan;
  plan.channel = base::ChannelId("abcdefghijkl");
  plan.channel_arn = "arn:aws:ivs:local:000000000000:channel/abcdefghijkl";
  plan.channel_name = "mine";
  plan.account = "000000000000";
  plan.bucket = "kept";
  plan.thumbnails.enabled = false;
  return plan;
}

std::unique_ptr<Recording> RecordRig::begin(const Plan& plan, const Broadcast& broadcast,
                                            const std::string& stream) {
  auto made = Recording::begin(around, plan, broadcast.options().started_at);
  if (!made) {
    ADD_FAILURE() << made.error().message;
    return nullptr;
  }
  (*made)->begin_broadcast(base::StreamId(stream), broadcast.options().started_at);
  return std::move(*made);
}

void RecordRig::settle() {
  // Tasks of tasks: as many rounds as the longest chain of them needs.
  for (int round = 0; round < 40; ++round) {
    bool reached = false;
    loop.post([&] { reached = true; });
    while (!reached) (void)loop.run_once(std::chrono::seconds(1));
  }
}

void RecordRig::run(Recording& recording, std::chrono::seconds time) {
  recording.flush(now);
  settle();
  for (; time.count() > 0; --time) {
    now.monotonic += std::chrono::seconds(1);
    now.wall += std::chrono::seconds(1);
    recording.tick(now);
    settle();
  }
}

std::vector<std::unique_ptr<Recording>> RecordRig::recover() {
  std::vector<std::unique_ptr<Recording>> found;
  for (const auto& entry : std::filesystem::directory_iterator(settings.spool)) {
    auto recording = Recording::recover(around, entry.path().string(), now);
    if (recording != nullptr) found.push_back(std::move(recording));
  }
  return found;
}

const Notice* RecordRig::told(Notice::Kind kind) const {
  for (auto it = notices.rbegin(); it != notices.rend(); ++it) {
    if (it->kind == kind) return &*it;
  }
  return nullptr;
}

const std::string* RecordRig::object(const std::string& key) const {
  const auto found = contents.objects.find("kept/" + key);
  return found == contents.objects.end() ? nullptr : &found->second;
}

}  // namespace record
