export { type BuiltinResource, type BuiltinSubresource, builtinResources } from "./resources.ts";
export { type BuiltinSchema, schemaOf } from "./schemas.ts";
