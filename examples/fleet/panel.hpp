// One panel of a chart: a frame with axes, and what is drawn in it. Pieces of SVG as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fleet {

struct Mark {
    double at;  // on the horizontal axis
    std::string label;
};

// Curves that lie on one another, from the ground up.
struct Layer {
    std::string name, style;  // in the legend; a class of the style sheet
    std::vector<double> heights;
};

struct Panel {
    std::string title, unit;  // of the vertical axis
    double x, y, width, height;
    double from, to;          // of the horizontal axis
    std::vector<Mark> marks;  // below it
    std::string axis;         // what it is
    std::vector<Layer> layers;
    double bar = 0;  // a bar for each height, so wide on the horizontal axis; 0: areas
    std::vector<std::pair<double, double>> shaded = {};  // times of the horizontal axis
    std::string shaded_name = {};
};

std::string svg_of(const Panel& panel);

// For text between tags and in attributes.
std::string escaped(std::string_view text);
// "1.5", "2500", "12.5 k", "3 M", "1.2 bn": for an axis.
std::string number_text(double number);

}  // namespace fleet
