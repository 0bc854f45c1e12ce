import { updateFeatures } from '../../protocol/apis/update-features.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(updateFeatures)
