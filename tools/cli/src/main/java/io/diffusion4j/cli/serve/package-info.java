/**
 * The commands around a server: {@code serve}, {@code token} and {@code health}, and the files that
 * configure it.
 *
 * <pre>
 *   diffusion4j serve --port 50051
 *   diffusion4j token ann
 *   diffusion4j health 127.0.0.1:50051
 * </pre>
 *
 * <p>{@link io.diffusion4j.cli.serve.ServeCommand} is a composition root: it reads its settings,
 * loads the models, assembles the modules of the service (HTTP interfaces, jobs, meters, traces,
 * indices), and drains at SIGTERM. {@code ServerSettings} combines flags, the file and defaults, in
 * this order of precedence. {@code ServerFile} is the configuration file as a record; unknown keys
 * are errors.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.serve.TokenCommand} creates a token and prints its hashed entry
 *       for the file of tokens.
 *   <li>{@link io.diffusion4j.cli.serve.HealthCommand} is a probe for containers without other
 *       tools.
 *   <li>{@code Reload} applies the models, tokens, quotas and log level of a changed file at
 *       SIGHUP, without interrupting requests. Other changes need a restart.
 *   <li>{@code AdminApi} has the operators' commands, on a port of their own.
 *   <li>{@code ServerLog} sends the messages of all logging libraries to the error stream, as text
 *       or JSON.
 * </ul>
 *
 * <p>To add a setting, add a component to {@code ServerFile}, its flag to {@code ServeFlags} if it
 * has one, its default to {@code ServerSettings}, and a line to {@code docs/serving.md}.
 *
 * <p>The service itself is in {@code io.diffusion4j.serving}, and programs that embed it start it
 * by {@code io.diffusion4j.local} without any of these files. The command does not fork, write a
 * pid file or rotate logs: a supervisor such as systemd or Kubernetes does.
 */
@NullMarked
package io.diffusion4j.cli.serve;

import org.jspecify.annotations.NullMarked;
