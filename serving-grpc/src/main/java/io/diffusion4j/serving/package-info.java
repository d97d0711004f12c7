/**
 * The composition of a server of the contract {@code diffusion4j.v1}.
 *
 * <p>A request arrives at the port ({@code http}), reaches a service ({@code grpc}), is checked and
 * completed ({@code request}), becomes a job in a bounded queue ({@code jobs}), and is drawn batch
 * by batch by a model ({@code model}). What can be refused is in {@code errors}; what happens is
 * reported to the listeners in {@code events}. Each package uses the ones after it in this list and
 * none before it; only this package uses all of them.
 *
 * <p>A server of one model, on this machine, until it is closed:
 *
 * <pre>{@code
 * Injector injector =
 *     Guice.createInjector(
 *         new ServingModule(ServerConfig.loopback()),
 *         binder ->
 *             Multibinder.newSetBinder(binder, ImageEngine.class).addBinding().toInstance(engine));
 * try (DiffusionServer server = injector.getInstance(DiffusionServer.class).start()) {
 *   server.awaitTermination();
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.serving.ServingModule} lists what can be bound beside the models.
 * Nothing here depends on how images are made.
 */
@NullMarked
package io.diffusion4j.serving;

import org.jspecify.annotations.NullMarked;
