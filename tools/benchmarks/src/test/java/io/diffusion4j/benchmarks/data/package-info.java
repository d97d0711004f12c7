@NullMarked
package io.diffusion4j.benchmarks.data;

import org.jspecify.annotations.NullMarked;
