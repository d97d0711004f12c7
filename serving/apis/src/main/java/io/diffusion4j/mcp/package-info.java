/**
 * The Model Context Protocol, by which agents draw, change, describe and search pictures.
 *
 * <p>{@link io.diffusion4j.mcp.McpModule} adds {@code /mcp} to a server: the transport "streamable
 * HTTP", with the protocol of the official SDK. The command {@code diffusion4j mcp} connects a
 * program that speaks over its standard streams.
 *
 * <pre>{@code
 * Injector injector =
 *     Guice.createInjector(serving, new McpModule()); // beside a ServingModule
 * }</pre>
 *
 * <p>{@code McpTools} lists the tools. A call of a tool becomes a call of {@code diffusion4j.v1} on
 * behalf of the client and passes the same checks, quotas and queue. The settings of a stage, with
 * their descriptions, are the rows of {@link io.diffusion4j.diffusion.stage.StageSettings}.
 *
 * <p>Pictures are content blocks of a result, and resources that later calls may name: {@code
 * KeptPictures} keeps the last ones. A session is only a name: sessions end when they are idle, or
 * when there are too many ({@code McpSessions}), and a client then begins another.
 */
@NullMarked
package io.diffusion4j.mcp;

import org.jspecify.annotations.NullMarked;
