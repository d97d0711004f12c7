/**
 * The HTTP API that DALL-E 2 was offered by: {@code /v1/images/generations}, {@code edits} and
 * {@code variations}, and {@code /v1/models}, for clients that were written for it.
 *
 * <p>A thin face: it translates requests and answers, and the service does the rest.
 *
 * <p>Starting points: {@link io.diffusion4j.openai.OpenAiModule}, which puts it on a server's port;
 * {@code OpenAiFace}, which has the routes; {@code ImagesRequest}, which has the parameters.
 */
@NullMarked
package io.diffusion4j.openai;

import org.jspecify.annotations.NullMarked;
