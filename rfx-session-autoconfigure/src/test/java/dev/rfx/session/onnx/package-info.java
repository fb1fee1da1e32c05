@NullMarked
package dev.rfx.session.onnx;

import org.jspecify.annotations.NullMarked;
