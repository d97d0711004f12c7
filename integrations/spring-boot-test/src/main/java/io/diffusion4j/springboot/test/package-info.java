/**
 * Tests of Spring Boot applications that draw, without weights.
 *
 * <p>{@link io.diffusion4j.springboot.test.DiffusionTest} starts the auto-configuration of
 * Diffusion4J and nothing else of the application; {@code @Import} adds the beans under test:
 *
 * <pre>{@code
 * @DiffusionTest
 * @Import(Postcards.class)
 * class PostcardsTest {
 *   @Autowired Postcards postcards;
 *
 *   @Test
 *   void drawsTheSameCardTwice() {
 *     assertArrayEquals(postcards.draw("a red apple", 7), postcards.draw("a red apple", 7));
 *   }
 * }
 * }</pre>
 *
 * <p>Both replace the model by a stand-in: a pipeline with the stages, settings and tasks of
 * unCLIP, whose networks are a few lines of arithmetic. It is served in the process by the service
 * that also serves models, so invalid requests are refused with the same messages, events arrive in
 * the same order, and recipes are written into the files. A picture of the stand-in shows a disc on
 * a background. Words determine the two colours, the seed varies them, and variations,
 * interpolations and edits read the colours of the given pictures. Equal requests yield equal
 * files.
 *
 * <p>The beans are those of an application that uses a server, plus the pipeline: {@code
 * GenerationClient}, {@code ImagePipeline}, with Spring Boot 4 the {@code ImageModel} of Spring AI,
 * and the health indicator if its types are present. The properties {@code diffusion4j.rows},
 * {@code queue-capacity} and {@code grace} apply; {@code model} and {@code server} are ignored. A
 * bean of the test or the application replaces the auto-configured bean of the same type: with an
 * {@code ImagePipeline} of its own, a test chooses what is drawn, and with a {@code
 * GenerationClient} of its own, it needs no service.
 */
@NullMarked
package io.diffusion4j.springboot.test;

import org.jspecify.annotations.NullMarked;
