#include "panel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace fleet {
namespace {

std::string point(double number) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.1f", number);
    return text.data();
}

// The least of 1, 2, 2.5, 5, 10 … that leaves at most five steps.
double step_for(double most) {
    double power = std::pow(10, std::floor(std::log10(most)) - 1);
    for (double factor : {1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0})
        if (most / (factor * power) <= 5) return factor * power;
    return 50 * power;
}

class Drawing {
public:
    explicit Drawing(const Panel& panel)
        : panel_(panel),
          sums_(sums_of(panel.layers)),
          step_(step_for(highest())),
          top_(std::max(1.0, std::ceil(highest() / step_ - 1e-9)) * step_) {}

    std::string take() {
        text(panel_.x, panel_.y - 34, "title", panel_.title);
        legend();
        for (auto [from, to] : panel_.shaded) shade(from, to);
        grid();
        for (std::size_t i = panel_.layers.size(); i-- > 0;) panel_.bar > 0 ? bars(i) : area(i);
        axes();
        return std::move(svg_);
    }

private:
    // What each layer reaches, standing on those below.
    static std::vector<std::vector<double>> sums_of(const std::vector<Layer>& layers) {
        std::vector<std::vector<double>> sums;
        for (const Layer& layer : layers) {
            sums.push_back(layer.heights);
            if (sums.size() == 1) continue;
            for (std::size_t i = 0; i < layer.heights.size(); ++i)
                sums.back()[i] += sums[sums.size() - 2][i];
        }
        return sums;
    }
    double highest() const {
        double most = 0;
        for (double height : sums_.back()) most = std::max(most, height);
        return most > 0 ? most : 1;
    }

    double x_of(double at) const {
        double part = (at - panel_.from) / (panel_.to - panel_.from);
        return panel_.x + panel_.width * std::clamp(part, 0.0, 1.0);
    }
    double y_of(double height) const {
        return panel_.y + panel_.height * (1 - std::min(height / top_, 1.0));
    }
    double x_of_index(double index) const {
        auto count = static_cast<double>(sums_.back().size());
        return panel_.x + panel_.width * index / std::max(count - 1, 1.0);
    }

    void text(double x, double y, std::string_view style, std::string_view what,
              std::string_view more = {}) {
        svg_.append("<text class=\"").append(style).append("\" x=\"").append(point(x));
        svg_.append("\" y=\"").append(point(y)).append("\"").append(more).append(">");
        svg_.append(escaped(what)).append("</text>\n");
    }

    void rect(double x, double y, double width, double height, std::string_view style) {
        svg_.append("<rect class=\"").append(style).append("\" x=\"").append(point(x));
        svg_.append("\" y=\"").append(point(y)).append("\" width=\"").append(point(width));
        svg_.append("\" height=\"").append(point(height)).append("\"/>\n");
    }

    void legend() {
        double x = panel_.x;
        auto entry = [&](const std::string& name, const std::string& style) {
            rect(x, panel_.y - 22, 10, 10, style);
            text(x + 15, panel_.y - 13, "small", name);
            x += 15 + 6.4 * static_cast<double>(name.size()) + 16;
        };
        for (const Layer& layer : panel_.layers) entry(layer.name, layer.style);
        if (!panel_.shaded.empty()) entry(panel_.shaded_name, "shade");
    }

    void shade(double from, double to) {
        double left = x_of(from), right = x_of(to);
        if (right > left) rect(left, panel_.y, right - left, panel_.height, "shade");
    }

    void grid() {
        for (double at = 0; at <= top_ * 1.001; at += step_) {
            std::string y = point(y_of(at));
            svg_.append("<path class=\"grid\" d=\"M").append(point(panel_.x)).append(" ").append(y);
            svg_.append("h").append(point(panel_.width)).append("\"/>\n");
            text(panel_.x - 6, y_of(at) + 4, "small end", number_text(at));
        }
        text(panel_.x, panel_.y + panel_.height + 34, "small", panel_.axis);
        std::string turned(" transform=\"rotate(-90 ");
        double middle = panel_.y + panel_.height / 2, left = panel_.x - 52;
        turned.append(point(left)).append(" ").append(point(middle)).append(")\"");
        text(left, middle, "small middle", panel_.unit, turned);
    }

    void area(std::size_t layer) {
        const auto& heights = sums_[layer];
        std::string path("M");
        path.append(point(panel_.x)).append(" ").append(point(y_of(0)));
        for (std::size_t i = 0; i < heights.size(); ++i)
            path.append("L")
                .append(point(x_of_index(static_cast<double>(i))))
                .append(" ")
                .append(point(y_of(heights[i])));
        path.append("L").append(point(panel_.x + panel_.width)).append(" ");
        path.append(point(y_of(0))).append("Z");
        draw(layer, path);
    }

    void bars(std::size_t layer) {
        const auto& heights = sums_[layer];
        double between = heights.size() > 100 ? 0 : 1;
        std::string path;
        for (std::size_t i = 0; i < heights.size(); ++i) {
            if (heights[i] <= 0) continue;
            double from = panel_.bar * static_cast<double>(i);
            path.append("M").append(point(x_of(from))).append(" ").append(point(y_of(0)));
            path.append("V").append(point(y_of(heights[i])));
            path.append("H").append(point(std::max(x_of(from + panel_.bar) - between, x_of(from))));
            path.append("V").append(point(y_of(0))).append("Z");
        }
        draw(layer, path);
    }

    void draw(std::size_t layer, const std::string& path) {
        if (path.empty()) return;
        svg_.append("<path class=\"").append(panel_.layers[layer].style).append("\" d=\"");
        svg_.append(path).append("\"/>\n");
    }

    void axes() {
        svg_.append("<path class=\"axis\" d=\"M").append(point(panel_.x)).append(" ");
        svg_.append(point(panel_.y + panel_.height)).append("h").append(point(panel_.width));
        for (const Mark& mark : panel_.marks)
            svg_.append("M")
                .append(point(x_of(mark.at)))
                .append(" ")
                .append(point(panel_.y + panel_.height))
                .append("v5");
        svg_.append("\"/>\n");
        for (const Mark& mark : panel_.marks)
            text(x_of(mark.at), panel_.y + panel_.height + 18, "small middle", mark.label);
    }

    const Panel& panel_;
    std::vector<std::vector<double>> sums_;
    double step_, top_;
    std::string svg_;
};

}  // namespace

std::string svg_of(const Panel& panel) { return Drawing(panel).take(); }

std::string escaped(std::string_view text) {
    std::string safe;
    for (char c : text) {
        switch (c) {
            case '&': safe.append("&amp;"); break;
            case '<': safe.append("&lt;"); break;
            case '>': safe.append("&gt;"); break;
            case '"': safe.append("&quot;"); break;
            default: safe.push_back(c);
        }
    }
    return safe;
}

std::string number_text(double number) {
    const char* unit = "";
    if (number >= 1e9) {
        number /= 1e9;
        unit = " bn";
    } else if (number >= 1e6) {
        number /= 1e6;
        unit = " M";
    } else if (number >= 1e4) {
        number /= 1e3;
        unit = " k";
    }
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.4g%s", number, unit);
    return text.data();
}

}  // namespace fleet
