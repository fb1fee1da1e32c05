/**
 * Trained policies in the ONNX format, on the control thread. Start with {@link
 * dev.rfx.session.onnx.OnnxPolicy}. It fills the inputs of a model from {@link
 * dev.rfx.session.onnx.Term}s and maps its outputs to the joints of the robot. {@code OnnxModel}
 * holds what is native and is the only class that uses ONNX Runtime, which is an optional library.
 */
@NullMarked
package dev.rfx.session.onnx;

import org.jspecify.annotations.NullMarked;
