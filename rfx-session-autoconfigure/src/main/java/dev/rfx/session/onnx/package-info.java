/** Policies that run trained models, and the files that come with them. */
@NullMarked
package dev.rfx.session.onnx;

import org.jspecify.annotations.NullMarked;
