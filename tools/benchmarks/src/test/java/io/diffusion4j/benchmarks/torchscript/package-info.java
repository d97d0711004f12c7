/** Tests of archives. */
@NullMarked
package io.diffusion4j.benchmarks.torchscript;

import org.jspecify.annotations.NullMarked;
