/** The tools against the clients of the protocol's own SDKs, over a real port. */
@NullMarked
package io.diffusion4j.mcp;

import org.jspecify.annotations.NullMarked;
