/** The services of the contract, behind their interceptors. */
@NullMarked
package io.diffusion4j.serving.grpc;

import org.jspecify.annotations.NullMarked;
