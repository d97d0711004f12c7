/** From a message of the contract to a complete request. */
@NullMarked
package io.diffusion4j.serving.request;

import org.jspecify.annotations.NullMarked;
