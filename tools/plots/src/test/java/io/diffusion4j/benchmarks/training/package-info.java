@NullMarked
package io.diffusion4j.benchmarks.training;

import org.jspecify.annotations.NullMarked;
