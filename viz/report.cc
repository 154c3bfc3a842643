#include "viz/report.h"

#include "viz/svg.h"
#include "viz/theme.h"
#include "viz/time_scale.h"

namespace leat {
namespace {

constexpr const char* kStyle = R"(
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 Inter,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}
main{max-width:1320px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;line-height:1.25;margin:0 0 6px}
h2{font-size:18px;margin:36px 0 10px}
p{max-width:75ch;margin:0 0 12px}
.soft,dt,caption,.note{color:var(--soft)}
.verdict{display:inline-block;margin:10px 0 16px;padding:8px 14px;border-radius:8px;border:1px solid;font-weight:600}
.passed{color:var(--good-text);border-color:var(--good)}
.failed{color:var(--error-text);border-color:var(--error)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:10px 24px;margin:0 0 8px}
dt{font-size:13px}dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
code,pre{font:13px/1.5 ui-monospace,'DejaVu Sans Mono',monospace}
pre{background:var(--band);border:1px solid var(--grid);border-radius:8px;padding:10px 14px;overflow:auto;user-select:all}
figure{margin:0;overflow-x:auto;border:1px solid var(--grid);border-radius:10px;background:var(--bg)}
figure svg{display:block;max-width:100%;height:auto;margin:0 auto}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;max-height:520px;overflow-y:auto;border:1px solid var(--grid);border-radius:10px}
th,td{text-align:left;padding:5px 14px;border-bottom:1px solid var(--grid);vertical-align:top}
th{position:sticky;top:0;background:var(--band);font-weight:600}
article{border-left:3px solid var(--error);padding:2px 0 2px 14px;margin:0 0 18px}
article h3{margin:0 0 4px;font-size:16px;color:var(--error-text)}
details summary{cursor:pointer;margin:12px 0}
a{color:var(--in-time-text)}
:focus-visible{outline:2px solid var(--in-time);outline-offset:2px}
@media print{figure,.scroll{border:0;overflow:visible;max-height:none}}
)";

std::string element(const char* tag, const std::string& text) {
  return "<" + std::string(tag) + ">" + escaped(text) + "</" + tag + ">";
}

std::string finding_html(const ReportFinding& f) {
  std::string out = "<article>" + element("h3", f.name + "  ·  " + f.where);
  if (!f.subject.empty()) out += element("p", f.subject);
  out += "<table><tbody><tr><th scope=\"row\">expected</th><td><code>" + escaped(f.expected) +
         "</code></td></tr><tr><th scope=\"row\">got</th><td><code>" + escaped(f.got) +
         "</code></td></tr></tbody></table>";
  if (!f.rule.empty()) out += "<p class=\"soft\">" + escaped(f.rule) + "</p>";
  return out + "</article>\n";
}

std::string table_html(const ReportTable& table) {
  std::string out = "<h2>" + escaped(table.title) +
                    "</h2>\n<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>";
  for (const std::string& column : table.columns)
    out += "<th scope=\"col\">" + escaped(column) + "</th>";
  out += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (const std::string& cell : row) out += element("td", cell);
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (!table.note.empty()) out += "<p class=\"note\">" + escaped(table.note) + "</p>\n";
  return out;
}

std::string figure_html(const std::string& heading, const std::string& svg) {
  return svg.empty() ? "" : element("h2", heading) + "\n<figure>" + svg + "</figure>\n";
}

// Times as the pictures show them.
std::string cell(const Value& value) {
  if (value.type() != ValueType::kTime) return value.to_text();
  return moment(value.as_int(), 86400000, clock_for(value.as_int(), value.as_int()));
}

ReportTable sink_table(const StreamNode& node, const SinkView& sink) {
  ReportTable table{"Rows of " + node.name, {}, {}, ""};
  for (const Field& field : node.output.fields) table.columns.push_back(field.name);
  for (const Row& row : sink.rows) {
    std::vector<std::string> cells;
    for (const Value& value : row) cells.push_back(cell(value));
    table.rows.push_back(std::move(cells));
  }
  while (!sink.rows.empty() && table.columns.size() < sink.rows.front().size()) {
    table.columns.push_back("field " + std::to_string(table.columns.size()));
  }
  if (sink.rows_visible > sink.rows.size()) {
    table.note = "The first " + with_commas(sink.rows.size()) + " of " +
                 with_commas(sink.rows_visible) + ".";
  }
  return table;
}

ReportTable window_table(const std::string& name, const std::vector<WindowView>& windows) {
  ReportTable table{"Windows of " + name,
                    {"from", "to", "first answer", "known after", "keys", "amended", "last answer"},
                    {},
                    "Sums are over the keys; times of answers count from the start of the run."};
  const auto sum = [](const std::optional<int64_t>& s, const std::string& text) {
    return s ? std::to_string(*s) : text;
  };
  for (const WindowView& w : windows) {
    table.rows.push_back({cell(Value::time(w.start.ms)), cell(Value::time(w.end.ms)),
                          sum(w.first_sum, w.first_value), rough_length(w.first_at.ms),
                          with_commas(w.answers), with_commas(w.amended),
                          sum(w.last_sum, w.last_value)});
  }
  return table;
}

}  // namespace

std::vector<ReportTable> report_tables(const JobProgram& program, const RunView& run) {
  std::vector<ReportTable> tables;
  for (const SinkView& sink : run.sinks) {
    if (!sink.rows.empty()) tables.push_back(sink_table(program.graph.node(sink.sink), sink));
  }
  for (uint32_t n = 0; n < program.graph.nodes.size(); ++n) {
    const auto windows = windows_of(run, {n}, 0);
    if (!windows.empty()) tables.push_back(window_table(program.graph.nodes[n].name, windows));
  }
  return tables;
}

std::string report_html(const ReportData& data) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">" +
      element("title", data.title) + "<style>" + theme_variables() + kStyle +
      "</style></head><body><main>\n";
  out += element("h1", data.title);
  if (!data.why.empty()) out += "<p class=\"soft\">" + escaped(data.why) + "</p>";
  out += std::string("<div class=\"verdict ") + (data.passed ? "passed\">✓ " : "failed\">✗ ") +
         escaped(data.verdict) + "</div>\n<dl>";
  for (const auto& [name, value] : data.facts) {
    out += "<div>" + element("dt", name) + element("dd", value) + "</div>";
  }
  out += "</dl>\n";
  if (!data.replay.empty())
    out +=
        "<p class=\"soft\">To see the same run again:</p><pre>" + escaped(data.replay) + "</pre>\n";
  if (!data.findings.empty()) out += "<h2>What is wrong</h2>\n";
  for (const ReportFinding& finding : data.findings) out += finding_html(finding);
  out += figure_html("Watermark timeline", data.timeline_svg);
  out += figure_html("Job graph", data.graph_svg);
  if (!data.physical_svg.empty()) {
    out += "<details><summary>The same graph, subtask by subtask</summary><figure>" +
           data.physical_svg + "</figure></details>\n";
  }
  for (const ReportTable& table : data.tables) out += table_html(table);
  return out + "</main></body></html>\n";
}

}  // namespace leat
