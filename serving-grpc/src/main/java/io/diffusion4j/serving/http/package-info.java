/** The one port of a server: gRPC, gRPC-Web, JSON and further HTTP interfaces. */
@NullMarked
package io.diffusion4j.serving.http;

import org.jspecify.annotations.NullMarked;
