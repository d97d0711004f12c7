/**
 * The web page of the service: files of the class path, and what they ask the service through.
 *
 * <p>Starting points: {@link io.diffusion4j.web.WebModule}, which puts it on a server's port;
 * {@code EventApi}, the service as events that a browser reads; {@code page/app.js} among the
 * resources.
 */
@NullMarked
package io.diffusion4j.web;

import org.jspecify.annotations.NullMarked;
