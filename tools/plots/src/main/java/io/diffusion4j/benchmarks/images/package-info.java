/**
 * What a user waits for: opening a model, the first image of a process, whole images, and images of
 * a server under load.
 *
 * <p>Start-up is measured in processes of its own, so that nothing is warm; a server is measured by
 * its own client on the same machine, with and without gRPC in between.
 */
@NullMarked
package io.diffusion4j.benchmarks.images;

import org.jspecify.annotations.NullMarked;
