/**
 * Diffusion4J in applications of Spring Boot.
 *
 * <p>With {@code diffusion4j-spring-boot-starter} and {@code diffusion4j-model-emoji} on the class
 * path an application draws images without any configuration:
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
 * <p>{@link io.diffusion4j.springboot.Diffusion4jProperties} lists the properties {@code
 * diffusion4j.*}. With {@code diffusion4j.server} the application uses a server and loads no model.
 * With {@code diffusion4j.config}, a configuration file of a server, or its keys under {@code
 * diffusion4j.serve}, the model in the application is also served on a port. A bean of the
 * application replaces the auto-configured bean of the same type.
 *
 * <p>A health indicator is added if Boot's types for it are present, in version 3 or 4, and the
 * service's meters are registered in the application's {@code MeterRegistry}. When the application
 * ends, running requests have {@code diffusion4j.grace} to finish.
 */
@NullMarked
package io.diffusion4j.springboot;

import org.jspecify.annotations.NullMarked;
