/**
 * The commands around a server: {@code serve}, {@code token} and {@code health}.
 *
 * <pre>
 *   diffusion4j serve --port 50051
 *   diffusion4j token ann
 *   diffusion4j health 127.0.0.1:50051
 * </pre>
 *
 * <p>{@link io.diffusion4j.cli.serve.ServeCommand} composes: it reads a {@link
 * io.diffusion4j.serving.config.ServerConfig} from its file and its flags, which are rows of {@code
 * ServeFlags}, starts a {@link io.diffusion4j.local.LocalServer} with a store of jobs and an
 * exporter of traces, and translates signals. {@code ServerLog} sends the messages of all logging
 * libraries to the error stream, as text or JSON. Programs that embed a server use the same
 * settings without this package.
 */
@NullMarked
package io.diffusion4j.cli.serve;

import org.jspecify.annotations.NullMarked;
