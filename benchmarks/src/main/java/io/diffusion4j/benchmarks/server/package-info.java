/** Measurements of a server under load. */
@NullMarked
package io.diffusion4j.benchmarks.server;

import org.jspecify.annotations.NullMarked;
