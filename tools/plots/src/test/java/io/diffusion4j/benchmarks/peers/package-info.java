/** Tests of the comparison; how fast anything is, is not tested. */
@NullMarked
package io.diffusion4j.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
