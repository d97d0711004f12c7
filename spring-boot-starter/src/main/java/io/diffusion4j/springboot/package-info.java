/**
 * Diffusion4J in applications of Spring Boot.
 *
 * <p>With {@code diffusion4j-spring-boot-starter} and {@code diffusion4j-model-emoji} on the class
 * path an application draws without a line of configuration:
 *
 * <pre>{@code
 * @RestController
 * class Drawing {
 *   private final ImageModel images; // of Spring AI 2; or GenerationClient, or ImagePipeline
 *
 *   @GetMapping(path = "/draw", produces = "image/png")
 *   byte[] draw(@RequestParam String prompt) {
 *     Image image = images.call(new ImagePrompt(prompt)).getResult().getOutput();
 *     return Base64.getDecoder().decode(image.getB64Json());
 *   }
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.springboot.Diffusion4jProperties} lists what {@code diffusion4j.*} may
 * say. With {@code diffusion4j.server} the application asks a server and loads no model. A bean of
 * the application's own takes the place of that of the same type here.
 *
 * <p>There are a health indicator where Boot has the types for it, in version 3 or 4, and the
 * service's meters in the application's {@code MeterRegistry}. When the application ends, requests
 * that are drawn have {@code diffusion4j.grace} to finish.
 *
 * <p>Not here: a page or HTTP endpoints, which are the application's.
 */
@NullMarked
package io.diffusion4j.springboot;

import org.jspecify.annotations.NullMarked;
