#include "live/rendition_measurement.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "base/log.h"
#include "io/chores.h"
#include "io/files.h"
#include "io/loop.h"

namespace live {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostOutput = 4096;
constexpr std::size_t kMostKept = std::size_t{1} << 20;
constexpr int kNiceness = 15;
// A core cannot be so slow or so fast.
constexpr double kLeastCost = 1e-6;
constexpr double kMostCost = 10;

base::Expected<double> number(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const double found = value != nullptr && value->is_number() ? value->to_number<double>() : 0;
  if (!std::isfinite(found) || found < kLeastCost || found > kMostCost) {
    return base::fail(base::ErrorCode::kMalformed,
                      "no sensible \"" + std::string(name) + "\" was measured");
  }
  return found;
}

base::Expected<RenditionCost> cost_in(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return base::fail(base::ErrorCode::kMalformed, "no JSON object");
  if (const json::value* error = object->if_contains("error")) {
    return base::fail(base::ErrorCode::kUnsupported,
                      error->is_string() ? std::string(error->get_string()) : "unknown");
  }
  const auto decode = number(*object, "decode");
  if (!decode) return base::fail(decode.error());
  const auto encode = number(*object, "encode");
  if (!encode) return base::fail(encode.error());
  return RenditionCost{*decode, *encode};
}

// "model name" of /proc/cpuinfo; empty if it says none.
std::string processor_name(std::string_view cpuinfo) {
  const std::size_t found = cpuinfo.find("model name");
  const std::size_t colon = found == std::string_view::npos ? found : cpuinfo.find(':', found);
  if (colon == std::string_view::npos) return {};
  std::string_view name = cpuinfo.substr(colon + 1);
  name = name.substr(0, name.find('\n'));
  const std::size_t first = name.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string() : std::string(name.substr(first));
}

// Empty if it cannot be read: then it is measured (again).
std::string text_of(const std::string& path) {
  const auto read = io::read_file(path, kMostKept);
  return read ? std::string(base::as_text(*read)) : std::string();
}

json::object object_in(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return error || !value.is_object() ? json::object() : std::move(value.get_object());
}

}  // namespace

base::Expected<RenditionCost> RenditionMeasurement::parse(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line.substr(0, line.find('\n')), error);
  if (error) return base::fail(base::ErrorCode::kMalformed, "not JSON: " + error.message());
  return cost_in(value);
}

RenditionMeasurement::RenditionMeasurement(io::Loop& loop, io::Chores& chores,
                                           const RenditionSettings& settings,
                                           RenditionBudget& budget)
    : loop_(loop),
      chores_(chores),
      settings_(settings),
      budget_(budget),
      link_(std::make_shared<Link>(Link{this})) {
  chores.run([&loop, link = link_, path = settings.measurements] {
    const std::string processor = text_of("/proc/cpuinfo");
    loop.post([link, processor = processor_name(processor),
               text = path.empty() ? std::string() : text_of(path)]() mutable {
      if (link->self != nullptr) link->self->on_looked_up(std::move(processor), std::move(text));
    });
  });
}

RenditionMeasurement::~RenditionMeasurement() {
  link_->self = nullptr;
}

std::string RenditionMeasurement::key() const {
  return settings_.encoder + " " + settings_.preset + " " + processor_;
}

void RenditionMeasurement::on_looked_up(std::string processor, std::string kept) {
  processor_ = std::move(processor);
  kept_ = std::move(kept);
  const json::object known = object_in(kept_);
  if (const json::value* value = known.if_contains(key())) {
    if (const auto cost = cost_in(*value)) return budget_.set_cost(*cost);
  }
  process_ = io::PipeProcess::start(
      loop_, chores_,
      {{settings_.helper, "measure", "--encoder", settings_.encoder, "--preset", settings_.preset},
       kNiceness},
      *this);
  process_->end_input();
}

void RenditionMeasurement::on_output(base::Slice data) {
  output_ += data.text().substr(0, kMostOutput - std::min(kMostOutput, output_.size()));
}

void RenditionMeasurement::on_error_line(std::string_view line) {
  base::log_warn("measuring renditions", {{"line", line}});
}

void RenditionMeasurement::on_exit(const std::string& how) {
  const auto cost = parse(output_);
  if (!cost) {
    base::log_warn("what renditions cost could not be measured",
                   {{"how", how}, {"why", cost.error().message}});
    return;
  }
  budget_.set_cost(*cost);
  base::log_info("renditions measured", {{"encoder", settings_.encoder},
                                         {"preset", settings_.preset},
                                         {"decode", cost->decode},
                                         {"encode", cost->encode}});
  if (settings_.measurements.empty()) return;
  json::object known = object_in(kept_);
  known[key()] = {{"decode", cost->decode}, {"encode", cost->encode}};
  chores_.run([path = settings_.measurements, text = json::serialize(known) + "\n"] {
    if (auto written = io::write_file_atomic(path, base::as_bytes(text), 0644); !written) {
      base::log_warn("what renditions cost could not be kept", {{"why", written.error().message}});
    }
  });
}

}  // namespace live
